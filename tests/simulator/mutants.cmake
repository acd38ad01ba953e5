# Bugs that the simulator must find (tests/mutants.cmake), at least three in each part of the library.
#
#   bug(name header wire old new)   `wire` is a name of small_wires.hpp
function(bug name header wire old new)
  add_mutant(simulator ${name} ${header} "${old}" "${new}" SEEDED_WIRE=${wire})
endfunction()

# The channel and its endpoints.
bug(budget_is_spent framework/channel.hpp own
  "        core_.pending().set();\n        return handled;" "        return handled;")
bug(created_in_silence framework/channel.hpp own_pool
  "            core_.polling().is_running = is_nested;\n            core_.call_poller();" "            core_.polling().is_running = is_nested;")
bug(messages_are_kept framework/channel.hpp own_of_many
  "            if (not is_kept) {\n                link->release(received.token);\n            }" "            if (not is_kept and handled % 16 != 0) {\n                link->release(received.token);\n            }")
bug(kept_messages_return framework/channel.hpp own
  "            if (not is_kept) {\n                link->release(received.token);\n            }" "            link->release(received.token);")
bug(told_after_destroy framework/endpoint_pool.hpp own_pool
  "return places_[i].state.is_used and not places_[i].state.must_withdraw;" "return places_[i].state.is_used;")
bug(unbound_is_lost framework/bindings.hpp own
  "if (not table::handles_events or state.is_bound()) {" "if (not table::handles_events) {")
bug(down_for_a_newcomer framework/bindings.hpp own_pool
  "            if (not std::exchange(state.knows_link, false)) {\n                return; // it was created since\n            }"
  "            state.knows_link = false;")
bug(announced_once framework/bindings.hpp own_of_one
  "                if (core.table().is_live(i) and not announce_one(core, i, false)) {\n                    core.polling().has_pending = true;\n                    return;\n                }"
  "                (void)announce_one(core, i, false);")
bug(writable_is_not_told framework/bindings.hpp own
  "            if (core.take_starved(i)) {\n                tell" "            if (core.take_starved(i) and i != 0) {\n                tell")
bug(stays_bound framework/bindings.hpp openamp_pool
  "matched.match == name_match::unbinds) {\n            unbind(core, matched.index);" "matched.match == name_match::unbinds) {")
bug(loan_is_dropped framework/link_core.hpp own_of_two
  "        if (not reports_writable or is_starved_) {\n            this->call_poller();\n        }" "")
bug(loan_is_lost framework/link_core.hpp own
  "        if (is_current(left.room, left.generation)) {\n            put_back(left.room);\n        }\n    }\n\n    /// Keeps" "        (void)left;\n    }\n\n    /// Keeps")
bug(held_of_an_earlier_life framework/link_core.hpp own
  "            auto const current = self.is_current(generation);" "            auto const current = self.is_current(generation) or true;")

# Rings.
bug(doorbell_since_the_last_look transport/vring/lifecycle.hpp own
  "this->rx().look_anew(); // a doorbell" "// a doorbell")
bug(returned_in_silence transport/vring/data_path.hpp own
  "own.wants_doorbell(shared, at, newly)) {" "(ring == tx_ring and own.wants_doorbell(shared, at, newly))) {")
bug(any_rings_are_ours transport/vring/ring_attach.hpp openamp
  "rings::queue::read_mark(shared_, layout_.parts(0)) ^ mark;" "mark == 0 ? 1u : 0u;")
bug(event_one_later transport/vring/virtqueue.hpp own_by_index
  "            set_event(shared, at, taken_);\n        } else {\n            set_flags(shared, at, 0);\n        }\n        shared.template fence<site::arm_fence>();"
  "            set_event(shared, at, static_cast<index>(taken_ + 1));\n        } else {\n            set_flags(shared, at, 0);\n        }\n        shared.template fence<site::arm_fence>();")
bug(pushed_and_kept transport/vring/virtqueue.hpp own
  "        ours_.erase(id);\n        given_ = static_cast<index>(given + 1);" "        given_ = static_cast<index>(given + 1);")
bug(refused_doorbell_is_forgotten transport/vring/pending_doorbells.hpp own
  "pending_[which] = not bell_.ring(which);" "pending_[which] = false and not bell_.ring(which);")
bug(boot_stays transport/vring/handshake/control_block.hpp own
  "        boot_ = before + 1 == 0 ? 1 : before + 1;" "        boot_ = 1;")
bug(end_without_delivery transport/vring/lifecycle.hpp own
  "if (phase_ == link_phase::ending and not this->rx().empty(shared_, layout_.parts(rx_ring))) {" "if (false) {")

# The reliable serial line.
bug(not_sent_again transport/uart/resend_window.hpp serial
  "        if (is_free) {\n            rewind();\n        }" "        (void)is_free;")
bug(one_more_is_expected transport/uart/reliable_link.hpp serial
  "        if (ahead == 0) {" "        if (ahead == 0 or ahead == 0xffff) {")
bug(hello_once transport/uart/reliable_link.hpp serial
  "            hello_is_pending_ = true;\n        }\n        if (parser_.has_seen_nuttx()) {" "        }\n        if (parser_.has_seen_nuttx()) {")
bug(any_session transport/uart/reliable_link.hpp serial
  "        if (not session_.is_current(header.session)) {" "        if (false) {")

# The serial line of NuttX.
bug(frames_of_before transport/uart/nuttx_state.hpp serial_nuttx
  "        parser.frames().clear(parser.fence());\n" "")
bug(connect_once transport/uart/nuttx_link.hpp serial_nuttx
  "        if (has_passed(own().called_at + Config.connect_ticks, own().now)) {\n            own().calls = true;\n        }" "")
bug(damaged_is_delivered transport/uart/nuttx_link.hpp serial_nuttx
  "            if (not wire::is_intact<check>(whole)) {" "            if (false) {")

# SPI.
bug(never_rewound transport/spi/state.hpp bus
  "            outbox.rewind();\n" "")
bug(delivered_again transport/spi/state.hpp bus
  "(not is_numbered or content.sequence == expected)" "true")
bug(buffer_is_not_counted transport/spi/rx_queue.hpp bus
  "        free_.insert(id);\n        ++free_count_;" "        free_.insert(id);")
bug(edge_once transport/spi/transfers.hpp bus
  "            } else if (own().is_requesting and own().is_overdue()) {\n                repeat_request();\n            }" "            }")
bug(numbers_go_on transport/spi/tx_queue.hpp bus
  "        head_ = sent_ = 0;\n        first_ = 0;" "        head_ = sent_ = 0;")
bug(restart_is_not_seen transport/spi/session.hpp bus
  "            state_ = is_connect ? state::reconnecting : state::disconnecting;" "            state_ = is_connect ? state_ : state::disconnecting;")
