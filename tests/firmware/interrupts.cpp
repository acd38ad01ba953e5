// An interrupt that sends, reserves or releases, at every instruction of a program that polls, sends, commits and releases.
// For an emulator that counts instructions: SysTick is set one tick later from run to run until the interrupt comes only after
// the program. After each run every message must have come once, whole and in order, and every buffer be where it belongs.
// Words for the emulator: "device" or "driver", which end is under test; "no-lock" leaves its lock away; "trace" makes one run
// without an interrupt.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"
#include <array>
#include <semihosting.hpp>
#include <utility>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 64};

alignas(64) constinit std::array<std::byte, rpmsg::vring_layout<rings>::size()> memory{};
using device = rpmsg::vring_device<rings>;
using driver = rpmsg::vring_driver<rings>;
constexpr auto region = [] { return rpmsg::mapped_region{memory.data(), std::uint32_t{memory.size()}}; };

// What the parts of a run send: an answer, a copy, one written in place; and what the interrupt sends.
enum class kind : std::uint32_t { answer, copy, in_place, interrupt, filling };
struct content {
    kind what{};
    std::uint32_t run{};
    std::array<std::uint32_t, 4> more{};

    auto operator==(content const&) const -> bool = default;
};
auto make(kind what, std::uint32_t run) -> content { return {what, run, {run, ~run, run + 1, ~run - 1}}; }

std::uint32_t run{}; ///< the number of the run; SysTick is set to so many ticks
auto is_filling = false;
rpmsg::interrupt_flag is_over{}; ///< the program has ended
rpmsg::interrupt_flag was_interrupted{};
auto came_late = false;
std::array<std::uint32_t, 5> came{};       // messages at the peer, by kind
std::uint32_t arrived{};                   // messages at the end under test
rpmsg::held_message* held{};               // the first message of a run, which the program releases
rpmsg::held_message* held_for_interrupt{}; // the second one
rpmsg::interrupt_flag may_release{};       ///< the second one is the interrupt's
void (*in_interrupt)(){};
constinit std::array<std::uint8_t, 2048> places{}; ///< a bit for each halfword of code where the interrupt came

[[noreturn]] auto fail(auto const&... parts) -> void {
    semihosting::print_line("interrupted after ", run, " ticks: ", parts...);
    semihosting::end(1);
}

constexpr auto under_test = rpmsg::endpoint<"sweep">([](auto& link, rpmsg::message const& m) {
    ++arrived;
    if (is_filling) {
        return;
    }
    auto const answer = make(kind::answer, run);
    if (not *held) {
        *held = link.hold(m);
        link.reply(m, std::as_bytes(std::span{&answer, 1}));
    } else {
        *held_for_interrupt = link.hold(m);
        may_release.set();
    }
});
constexpr auto at_peer = rpmsg::endpoint<"sweep">([](auto&, rpmsg::message const& m) {
    auto received = content{};
    if (m.payload.size() == sizeof received) {
        rpmsg::copy(m.payload, std::as_writable_bytes(std::span{&received, 1}));
    }
    auto const number = static_cast<std::uint32_t>(received.what);
    if (received != make(received.what, run) or number >= came.size() or m.payload.size() != sizeof received) {
        fail("a message came damaged");
    }
    if (received.what < kind::interrupt and came[number] != 0) {
        fail("a message came twice");
    }
    if (received.what < kind::interrupt and number > 0 and came[number - 1] == 0) {
        fail("the messages of the program came in another order");
    }
    ++came[number];
});

auto send(auto& link, kind what) -> bool {
    auto const message = make(what, run);
    return link.template get<"sweep">().send(std::as_bytes(std::span{&message, 1})).has_value();
}
auto send_in_place(auto& link, kind what) -> bool {
    auto const endpoint = link.template get<"sweep">();
    auto room = endpoint.reserve();
    if (not room) {
        return false;
    }
    auto const message = make(what, run);
    rpmsg::copy(std::as_bytes(std::span{&message, 1}), room.payload());
    return endpoint.commit(std::move(room), sizeof message).has_value();
}

auto timer(std::uint32_t offset) -> std::uint32_t volatile& { return board::device_register(0xe000'e010 + offset); }
auto stop_timer() -> void {
    timer(0) = 0;
    board::device_register(0xe000'ed04) = 1u << 25; // nor is it pending
}
auto start_timer(std::uint32_t ticks) -> void {
    timer(4) = ticks;
    timer(8) = 0;
    timer(0) = 7; // on, by the clock of the core, with its interrupt
}
} // namespace

// What lies between these two is what the interrupt is to hit; a trace knows them by their names.
extern "C" {
[[gnu::noinline]] void program_begins() { asm volatile("" ::: "memory"); }
[[gnu::noinline]] void program_ends() { asm volatile("" ::: "memory"); }

void interrupted_at(std::uint32_t const* frame) {
    stop_timer();
    was_interrupted.set();
    came_late = is_over.is_set();
    auto const place = frame[6] / 2;
    if (not came_late and place / 8 < places.size()) {
        places[place / 8] = static_cast<std::uint8_t>(places[place / 8] | 1u << place % 8);
    }
    in_interrupt();
}
[[gnu::naked]] void systick_isr() {
    asm volatile("mrs r0, msp\n\t"
                 "push {r3, lr}\n\t"
                 "bl interrupted_at\n\t"
                 "pop {r3, pc}");
}
}

namespace {
/// One of the three things that the interrupt does.
enum class action { sends, writes_in_place, releases };

template <auto& Link, action Action> auto interrupt() -> void {
    Link.notify();
    auto done = true;
    switch (Action) {
    case action::sends: done = send(Link, kind::interrupt); break;
    case action::writes_in_place: {
        auto dropped = Link.template get<"sweep">().reserve();
        done = bool(dropped);
    }
        done = send_in_place(Link, kind::interrupt) and done;
        break;
    case action::releases:
        if (may_release.is_set()) {
            held_for_interrupt->release();
        }
        done = send(Link, kind::interrupt);
        break;
    }
    if (not done) {
        fail("the interrupt cannot send");
    }
}

auto program(auto& link) -> void {
    program_begins();
    link.poll();
    auto done = send(link, kind::copy);
    done = send_in_place(link, kind::in_place) and done;
    held->release();
    link.poll();
    program_ends();
    is_over.set();
    if (not done) {
        fail("the program cannot send");
    }
}

/// Fills all buffers of one direction: a lost one shows.
auto fill(auto& from, auto& to, std::uint32_t const& at_the_end) -> void {
    auto const before = at_the_end;
    std::uint32_t sent = 0;
    while (sent <= rings.buffers and send(from, kind::filling)) {
        ++sent;
    }
    to.poll();
    from.poll();
    if (sent != rings.buffers or at_the_end - before != sent) {
        fail(sent, " of 8 buffers could be sent, ", at_the_end - before, " came");
    }
}

auto match_announcement(auto& link, auto& peer, bool with_interrupt) -> void {
    held_for_interrupt->release();
    peer.poll();
    link.poll();
    for (auto what : {kind::answer, kind::copy, kind::in_place}) {
        if (came[static_cast<std::uint32_t>(what)] != 1) {
            fail("message ", static_cast<std::uint32_t>(what), " of the program came ", came[static_cast<std::uint32_t>(what)],
                 " times");
        }
    }
    if (came[3] != (with_interrupt ? 1 : 0)) {
        fail("the message of the interrupt came ", came[3], " times");
    }
    is_filling = true;
    fill(link, peer, came[4]);
    fill(peer, link, arrived);
    is_filling = false;
    for (std::uint32_t i = 0; i < std::uint32_t(rpmsg::counter::no_buffer); ++i) {
        if (link.counts()[rpmsg::counter{static_cast<std::uint8_t>(i)}] +
                peer.counts()[rpmsg::counter{static_cast<std::uint8_t>(i)}] !=
            0) {
            fail("a message was dropped for reason ", i);
        }
    }
    if (not link.is_up() or not peer.is_up()) {
        fail("the link went down");
    }
}

auto prepare(auto& peer) -> void {
    ++run;
    came = {};
    was_interrupted.clear();
    is_over.clear();
    may_release.clear();
    if (not send(peer, kind::filling) or not send(peer, kind::filling)) {
        fail("the peer cannot send");
    }
}

/// Sets the interrupt one tick later each time until it comes after the program. Answers how many runs that took.
auto sweep(auto& link, auto& peer, void (*what)()) -> std::uint32_t {
    in_interrupt = what;
    run = 3; // less than that SysTick does not count
    for (came_late = false; not came_late;) {
        prepare(peer);
        start_timer(run);
        program(link);
        while (not was_interrupted.is_set()) {}
        match_announcement(link, peer, true);
    }
    return run;
}

template <auto& Link, auto& Peer> auto test(bool only_traces) -> void {
    if (not Link.start() or not Peer.start()) {
        fail("a link does not fit its memory");
    }
    for (auto turn = 0; turn < 6; ++turn) {
        Link.poll();
        Peer.poll();
    }
    for (auto turn = 0; turn < 8; ++turn) {
        prepare(Peer);
        program(Link);
        match_announcement(Link, Peer, false);
    }
    if (only_traces) {
        return;
    }
    auto runs = sweep(Link, Peer, interrupt<Link, action::sends>);
    runs += sweep(Link, Peer, interrupt<Link, action::writes_in_place>);
    runs += sweep(Link, Peer, interrupt<Link, action::releases>);
    for (std::uint32_t place = 0; place < places.size() * 8; ++place) {
        if ((places[place / 8] >> place % 8 & 1) != 0) {
            semihosting::print_line("hit ", place * 2);
        }
    }
    semihosting::print_line(runs, " interrupts lost nothing");
}

using mask = rpmsg::cortex_m::irq_lock;
constinit auto device_link = rpmsg::channel{device{region()}, rpmsg::endpoints{under_test}, mask{}};
constinit auto device_peer = rpmsg::channel{driver{region()}, rpmsg::endpoints{at_peer}};
constinit auto driver_link = rpmsg::channel{driver{region()}, rpmsg::endpoints{under_test}, mask{}};
constinit auto driver_peer = rpmsg::channel{device{region()}, rpmsg::endpoints{at_peer}};
constinit auto unlocked_link = rpmsg::channel{device{region()}, rpmsg::endpoints{under_test}};
} // namespace

auto main() -> int {
    auto kept = std::array<rpmsg::held_message, 2>{}; // here: what lives for ever has no destructor to run
    held = &kept[0];
    held_for_interrupt = &kept[1];
    auto const only_traces = semihosting::has_argument("trace");
    if (semihosting::has_argument("no-lock")) {
        test<unlocked_link, device_peer>(only_traces);
    } else if (semihosting::has_argument("driver")) {
        test<driver_link, driver_peer>(only_traces);
    } else {
        test<device_link, device_peer>(only_traces);
    }
    semihosting::end(0);
}
