# Bugs that the search must find (tests/mutants.cmake).
#
#   seed(name header world fault old new)   `fault` is a part of the description that the search returns
function(seed name header world fault old new)
  add_mutant(state_search ${name} ${header} "${old}" "${new}" SEEDED_FAULT="${fault}" "SEEDED_WORLD=${world}")
endfunction()

# Kind 1: work is left that neither `is_pending`, a doorbell nor a deadline announces.
seed(budget_is_spent framework/channel.hpp plain<pooled> "nothing is due"
  "        core_.pending().set();\n        return handled;" "        return handled;")
seed(doorbell_since_the_last_look transport/vring/lifecycle.hpp plain<addressed> "nothing is due"
  "this->rx().look_anew(); // a doorbell" "// a doorbell")
seed(created_in_silence framework/channel.hpp plain<pooled> "nothing is due"
  "            core_.polling().is_running = is_nested;\n            core_.call_poller();" "            core_.polling().is_running = is_nested;")
seed(loan_is_dropped framework/link_core.hpp tight<pooled> "nothing is due"
  "        if (not reports_writable or is_starved_) {\n            this->call_poller();\n        }" "")
seed(returned_in_silence transport/vring/data_path.hpp plain<named> "nothing is due"
  "own.wants_doorbell(shared, at, newly)) {" "(ring == tx_ring and own.wants_doorbell(shared, at, newly))) {")

# Kind 2: events in the wrong order, or of destroyed endpoints.
seed(told_after_destroy framework/endpoint_pool.hpp plain<pooled> "that was destroyed"
  "return places_[i].state.is_used and not places_[i].state.must_withdraw;" "return places_[i].state.is_used;")
seed(down_for_a_newcomer framework/bindings.hpp plain<pooled> "link_down was told without link_up"
  "            if (not std::exchange(state.knows_link, false)) {\n                return; // it was created since\n            }"
  "            state.knows_link = false;")
seed(unbound_is_lost framework/bindings.hpp plain<named> "link_down was told without unbound"
  "if (not table::handles_events or state.is_bound()) {" "if (not table::handles_events) {")
seed(started_in_a_handler framework/channel.hpp plain<pooled> "was not refused"
  "constexpr auto start() -> status {\n        if (core_.polling().is_running) {" "constexpr auto start() -> status {\n        if (false) {")

# Kind 3: state of old rings is used with new ones.
seed(any_rings_are_ours transport/vring/ring_attach.hpp openamp<addressed> "wrote into rings"
  "rings::queue::read_mark(shared_, layout_.parts(0)) ^ mark;" "mark == 0 ? 1u : 0u;")
seed(loan_of_an_earlier_life framework/link_core.hpp plain<pooled> "out of order"
  "            transport_.count(counter::stale_loan);\n        }\n        return current;"
  "            transport_.count(counter::stale_loan);\n        }\n        return true;")

# Kind 5: a latched event that nobody consumed.
seed(close_is_remembered framework/channel.hpp plain<pooled> "link"
  "        deferred_ = nullptr; // an event asked for it once more" "")

# Kind 6: rings are used after the peer released them.
seed(reset_says_goodbye framework/channel.hpp openamp<pooled> "wrote into rings during a reset"
  "        end();\n        auto const outcome = start();" "        bindings_.say_goodbye(core_);\n        end();\n        auto const outcome = start();")
seed(goodbye_to_nobody framework/channel.hpp openamp<pooled> "that were taken away"
  "if (core_.can_say_goodbye()) {" "if (core_.is_up()) {")

# Kind 7: more work than a call may do.
seed(one_more_than_allowed framework/channel.hpp plain<named> "exceeded its budget"
  "while (handled < messages and" "while (handled <= messages and")
seed(many_doorbells transport/vring/data_path.hpp plain<named> "rang too many doorbells"
  "            bells_.ring(ring, counts_);" "            for (int n = 0; n < 9; ++n) {\n                bells_.ring(ring, counts_);\n            }")

# Kind 8: a value is read outside of the lock and used inside.
seed(peer_before_the_lock framework/link_core.hpp plain<pooled> "another service"
  "        auto guard = this->locked();\n        auto const index = this->find(id);\n        if (not Endpoints::is_static and index == no_index) {\n            return error::no_endpoint;\n        }\n        return counted(try_send(index, endpoints_.local(index), destination(index, to), {data, size}));"
  "        auto const before = this->find(id);\n        to = before != no_index ? destination(before, to) : to;\n        auto guard = this->locked();\n        auto const index = this->find(id);\n        if (not Endpoints::is_static and index == no_index) {\n            return error::no_endpoint;\n        }\n        return counted(try_send(index, endpoints_.local(index), to, {data, size}));")
seed(generation_before_the_lock framework/link_core.hpp plain<addressed> "a loan of an earlier session was committed"
  "        auto guard = this->locked();\n        if (not is_current(left.room, left.generation)) {\n            return error::closed;"
  "        auto const is_ours = left.generation == generation_;\n        auto guard = this->locked();\n        if (not is_ours) {\n            put_back(left.room);\n            return error::closed;")

# Kind 9: a DMA transfer and its buffer part.
seed(commits_early framework/dma_job.hpp by_dma<addressed> "nobody sent"
  "is_accessed() ? dma_.progress() : dma_progress::running;" "is_accessed() ? dma_progress::done : dma_progress::running;")
seed(released_at_the_start framework/dma_receiver.hpp by_dma<addressed> "buffers are lost"
  "        auto const it = copying{held.park(), target.first(payload.size())};"
  "        auto const it = copying{held.park(), target.first(payload.size())};\n        (void)held_message{it.source}.release();")
seed(partial_counts_as_copied framework/dma_sender.hpp by_dma<addressed> "nobody sent"
  "if (how == job::end::partial) {" "if (false) {")
seed(abort_is_believed framework/dma_job.hpp by_dma<addressed> "nobody sent"
  "return dma_.abort() ? end_with(end::partial) : end::none;" "(void)dma_.abort();\n        return end_with(end::partial);")
seed(abort_forgets_the_loan framework/dma_job.hpp by_dma<addressed> "is not delivered"
  "return dma_.abort() ? end_with(end::partial) : end::none;" "(void)dma_.abort();\n        state_ = state::idle;\n        return end::none;")
seed(interrupt_in_silence framework/dma_sender.hpp by_dma<addressed> "nothing is due"
  "constexpr auto notify() -> void { job_.pending().set(); }" "constexpr auto notify() -> void {}")
seed(deadline_in_silence framework/dma_job.hpp by_dma<addressed> "nothing is due"
  "{.is_set = state_ == state::running and latest_.is_set, .at = latest_.at};" "{};")

if(NOT RPMSG_NIGHTLY)
  return()
endif()

# Kind 10: names that come at run time, and their sessions.
seed(session_is_leaked framework/grouped_endpoints.hpp listening<1> "although there is a session for it"
  "            free_.give_back(i - singles);" "")
seed(name_waits_in_silence framework/bindings.hpp unacknowledged<1> "although there is a session for it"
  "                    core.polling().has_pending = true; // a name may wait for the session" "")
seed(address_is_used_again framework/grouped_endpoints.hpp listening<1> "is bound, and not served"
  "uses = uses + 1 < rounds ? uses + 1 : 1;" "uses = 1;")
seed(session_survives_its_peer framework/grouped_endpoints.hpp listening<1> "the table has 1 sessions, the service 0"
  "            states_[i].is_accepted = true;" "")
seed(withdrawn_name_still_waits framework/bindings.hpp listening<1> "a name waits that nobody has"
  "                    core.table().forget(announced); // a message may have bound the endpoint: its name is still unclaimed" "")
seed(acknowledge_of_an_earlier_life framework/bindings.hpp listening<1> "is neither served nor kept"
  "if (Core::acknowledged and is_answer and" "if (false and is_answer and")
seed(session_ends_in_silence framework/bindings.hpp listening<1> "is bound, and not served"
  "Core::acknowledged ? core.withdraw(matched.index) : core.remove_endpoint(matched.index);" "core.remove_endpoint(matched.index);")

# Kind 11: the hooks of services.
seed(work_of_a_service_is_not_seen framework/channel.hpp hooked<answering::by_copy> "a service wants a poll"
  "return core_.pending().is_set() or detail::is_pending(core_.table());" "return core_.pending().is_set();")
seed(time_out_of_a_service_is_not_seen framework/service_hook.hpp hooked<answering::by_copy> "a time-out is not checked"
  "                first = earlier(first, item.next_deadline(now), now);" "")
seed(last_buffer_is_taken framework/link_core.hpp hooked<answering::by_copy> "the last buffer was taken by a message"
  "            if (is_own and not this->kept_) {" "            if (false) {")
seed(last_buffer_is_not_given framework/link_core.hpp hooked<answering::holding> "a credit found no buffer"
  "                room = std::exchange(this->kept_, {});" "")

# Kind 12: tables that are dispatched.
seed(two_handlers_of_one_endpoint framework/dispatched.hpp dispatched_by<workers> "two handlers of one endpoint"
  "queue_.has_entries(i) and not queue_.is_running(i) and" "queue_.has_entries(i) and")
seed(room_in_silence framework/dispatched.hpp dispatched_by<workers> "nothing is due"
  "if (is_waited_for or end_of(i).is_stopped or" "if (end_of(i).is_stopped or")
seed(worker_sleeps_on framework/dispatched.hpp dispatched_by<workers> "is neither handled nor counted"
  "            queue_.push(i, link.hold(m));\n        }\n        wake_workers(core);" "            queue_.push(i, link.hold(m));\n        }")
seed(gone_is_forgotten framework/dispatched.hpp dispatched_by<workers> "is not told that it is gone"
  "            if (std::exchange(endings_[i].must_tell, false)) {" "            if (std::exchange(endings_[i].must_tell, false) and false) {")
seed(called_after_destroy framework/dispatched.hpp dispatched_by<workers> "a handler of an endpoint was called that is gone"
  "        endings_[i].is_stopped = true;\n        endings_[i].must_tell" "        endings_[i].must_tell")
seed(counted_twice framework/dispatched.hpp dispatched_by<workers> "are counted as dropped than"
  "                add_dropped(oldest ? 1 : 0);" "                add_dropped(oldest ? 2 : 0);")
seed(urgent_comes_last framework/dispatched.hpp dispatched_by<inline_worker> "an urgent message that came before waits"
  "priorities_[i] > priorities_[best] or" "priorities_[i] < priorities_[best] or")
seed(place_is_lost framework/dispatch_queue.hpp dispatched_by<inline_worker> "nothing is due"
  "        lanes_[i].is_running = false;\n        if (had_message) {\n            --lanes_[i].messages;\n            --held_;" "        lanes_[i].is_running = false;\n        if (had_message) {\n            --lanes_[i].messages;")
seed(name_of_an_ended_endpoint framework/dispatched.hpp dispatched_by<workers> "a name was refused"
  "                    Table::state(i).is_accepted = true; // so that its name can be opened again" "")
