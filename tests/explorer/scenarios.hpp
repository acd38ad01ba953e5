#pragma once

#include "stage.hpp"
#include <array>
#include <cstdint>

namespace stage {

/// Each side sends its number of messages; each must arrive once, in order, and nobody may sleep for ever.
template <rpmsg::vring_config Config, typename Region = explored_region>
auto conversation(settings const& how, std::uint32_t driver_sends, std::uint32_t device_sends) -> exploration {
    auto cores = two_cores<Config, Region>{how};
    auto& engine = cores.engine();

    auto const talk = [&]<std::uint32_t Core>(std::uint32_t sends, std::uint32_t receives) {
        auto& end = cores.template end<Core>();
        if (starts(how)) {
            (void)end.start();
        }
        auto sent = std::uint32_t{};
        auto received = std::uint32_t{};
        while (true) {
            auto const change = end.poll(0);
            engine.check(change.event != rpmsg::link_event::down, "the link went down");
            engine.check(change.event != rpmsg::link_event::refused, "the peer was refused");
            auto const arrived = received < receives and cores.receive(end, [&](std::uint32_t value) {
                engine.check(value == received, "a message was lost, repeated or changed");
                ++received;
            });
            auto const left = sent < sends and cores.send(end, sent);
            sent += left ? 1 : 0;
            if (sent == sends and received == receives and end.is_up()) {
                return;
            }
            if (not arrived and not left and change.event == rpmsg::link_event::none) {
                engine.sleep();
                (void)end.writable();
            }
        }
    };
    engine.add_core("driver", [&] { talk.template operator()<driver_core>(driver_sends, device_sends); });
    engine.add_core("device", [&] { talk.template operator()<device_core>(device_sends, driver_sends); });
    return engine.run();
}

/// A receiver that crashes at any of its accesses, and a sender that sends again what was in flight then. The link must
/// come up again, no message may be missing, and at most a batch may arrive twice. `Late` receivers give the buffer back
/// before they use the message, which is wrong.
template <rpmsg::vring_config Config, std::uint32_t Receiver, typename Region = explored_region, bool Late = false>
auto receiver_crashes(settings how, std::uint32_t messages) -> exploration {
    constexpr auto sender = 1 - Receiver;
    how.search.crashing_core = Receiver;
    auto cores = two_cores<Config, Region>{how};
    auto& engine = cores.engine();
    struct {
        std::uint32_t expected;
        std::uint32_t repeated;
    } seen{};
    engine.keep(std::as_writable_bytes(std::span{&seen, 1}));

    auto const receive = [&](bool is_fresh) {
        auto& end = cores.template end<Receiver>();
        if (is_fresh) {
            (void)end.start();
        }
        auto is_served = not is_fresh;
        while (true) {
            auto const change = end.poll(0);
            is_served = is_served or end.is_up();
            auto const arrived = cores.template receive<Late>(end, [&](std::uint32_t value) {
                engine.check(value <= seen.expected, "a message is missing");
                (value == seen.expected ? seen.expected : seen.repeated) += 1;
                engine.check(seen.repeated <= batch * engine.crashes_of(Receiver), "more messages came twice than a batch");
            });
            if (seen.expected == messages and is_served) {
                return;
            }
            if (not arrived and change.event == rpmsg::link_event::none) {
                engine.sleep();
            }
        }
    };
    auto const send = [&] {
        auto& end = cores.template end<sender>();
        if (starts(how)) {
            (void)end.start();
        }
        auto next = std::uint32_t{};
        auto lost_before = std::uint32_t{end.counts()[rpmsg::counter::lost_in_flight]};
        while (true) {
            auto const change = end.poll(0);
            if (change.event == rpmsg::link_event::down) {
                engine.check(engine.crashes_of(Receiver) != 0, "the link went down without a crash");
                auto const lost = std::uint32_t{end.counts()[rpmsg::counter::lost_in_flight]};
                next -= lost - lost_before;
                lost_before = lost;
            }
            auto const left = next < messages and cores.send(end, next);
            next += left ? 1 : 0;
            if (left or change.event != rpmsg::link_event::none) {
                continue;
            }
            if (next < messages) {
                engine.sleep();
            } else {
                engine.idle();
            }
            (void)end.writable();
        }
    };
    auto const add = [&](std::uint32_t core, auto body, auto reborn) {
        engine.add_core(core == driver_core ? "driver" : "device", body, reborn);
    };
    auto const first_life = [&] { receive(starts(how)); };
    auto const next_life = [&] {
        cores.template reset<Receiver>();
        receive(true);
    };
    if constexpr (Receiver == driver_core) {
        add(driver_core, first_life, next_life);
        add(device_core, send, send);
    } else {
        add(driver_core, send, send);
        add(device_core, first_life, next_life);
    }
    engine.at_end([&] { engine.check(seen.expected == messages, "a message is missing at the end"); });
    return engine.run();
}

/// A sender that crashes at any of its accesses. The survivor must get all that was published before, then what the next
/// life sends over a link that came up again.
template <rpmsg::vring_config Config, std::uint32_t Sender, typename Region = explored_region>
auto sender_crashes(settings how, std::uint32_t messages) -> exploration {
    constexpr auto receiver = 1 - Sender;
    constexpr auto last = std::uint32_t{99};
    how.search.crashing_core = Sender;
    auto cores = two_cores<Config, Region>{how};
    auto& engine = cores.engine();
    struct {
        std::uint32_t published;
        std::uint32_t received;
        std::uint32_t endings;
    } seen{};
    engine.keep(std::as_writable_bytes(std::span{&seen, 1}));

    auto const send = [&](bool is_fresh) {
        auto& end = cores.template end<Sender>();
        if (is_fresh) {
            (void)end.start();
        }
        auto next = engine.crashes_of(Sender) == 0 ? std::uint32_t{} : messages;
        while (next <= messages) {
            auto const change = end.poll(0);
            auto const left = cores.send(end, next < messages ? next : last);
            if (left) {
                seen.published += next < messages ? 1 : 0;
                ++next;
            } else if (change.event == rpmsg::link_event::none) {
                engine.sleep();
                (void)end.writable();
            }
        }
    };
    auto const receive = [&] {
        auto& end = cores.template end<receiver>();
        if (starts(how)) {
            (void)end.start();
        }
        while (true) {
            auto const change = end.poll(0);
            if (change.event == rpmsg::link_event::down) {
                engine.check(engine.crashes_of(Sender) != 0, "the link went down without a crash");
                engine.check(seen.received >= seen.published, "what was published before the crash was lost");
            }
            auto const arrived = cores.receive(end, [&](std::uint32_t value) {
                engine.check(value == seen.received or value == last, "a message was lost, repeated or changed");
                engine.check(value != last or seen.received >= seen.published, "the last message came too early");
                (value == last ? seen.endings : seen.received) += 1;
            });
            if (arrived or change.event != rpmsg::link_event::none) {
                continue;
            }
            if (seen.endings == 0) {
                engine.sleep();
            } else {
                engine.idle();
            }
        }
    };
    auto const first_life = [&] { send(starts(how)); };
    auto const next_life = [&] {
        cores.template reset<Sender>();
        send(true);
    };
    if constexpr (Sender == driver_core) {
        engine.add_core("driver", first_life, next_life);
        engine.add_core("device", receive);
    } else {
        engine.add_core("driver", receive);
        engine.add_core("device", first_life, next_life);
    }
    engine.at_end([&] { engine.check(seen.endings != 0, "the last message is missing"); });
    return engine.run();
}

} // namespace stage
