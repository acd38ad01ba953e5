#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/testing/recorder.hpp>
#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// Traffic between this library and a live peer, recorded once: what the peer wrote and rang, step by step, and what this
/// side did then. Played again the peer is the recording; this side must deliver, write and ring the same.
///
/// A recording is text. `peer` begins what the peer wrote, `ring Q` is its doorbell, `do ...` a step of this side. Lines
/// that begin with a space belong to the step above: words that were written, ` OFFSET VALUE...` or, for COUNT words that
/// are STRIDE bytes and STEP apart in value, ` OFFSET*COUNT+STRIDE VALUE+STEP`, all hexadecimal; after a `do` also what
/// this side told, each beginning with a sign. `during N` lets what follows, up to `end`, happen while the message N of
/// the next step is handled.
namespace live {

/// What this side tells, as text: deliveries of consecutive numbers are one line.
class journal {
    std::vector<std::string> lines_{};
    std::string delivery_{}; ///< the line of a delivery without its last number
    std::uint32_t last_{};

  public:
    auto add(std::string line) -> void {
        delivery_.clear();
        lines_.push_back(std::move(line));
    }
    auto add_delivery(std::string const& what, std::uint32_t number) -> void {
        if (delivery_ == what and number == last_ + 1) {
            auto& line = lines_.back();
            line.resize(line.find("..") == std::string::npos ? line.size() : line.find(".."));
            line += ".." + std::to_string(number);
        } else {
            lines_.push_back(what + " #" + std::to_string(number));
            delivery_ = what;
        }
        last_ = number;
    }
    [[nodiscard]] auto take() -> std::vector<std::string> {
        delivery_.clear();
        return std::exchange(lines_, {});
    }
};

/// The payload of a message: its number, then a filler that depends on the size.
inline auto payload_of(std::uint32_t number, std::uint32_t size) -> std::vector<std::byte> {
    auto made = std::vector<std::byte>(std::max(size, std::uint32_t{4}), std::byte(0x40 + size % 64));
    rpmsg::store(rpmsg::bytes{made}.first(4), number);
    return made;
}

/// Our end and the block that it shares with the peer. `Host` says which end is ours.
template <rpmsg::vring_config Config, bool Host> class our_end {
    using layout = rpmsg::vring_layout<Config>;
    static constexpr auto size = layout::size();
    using region = rpmsg::testing::array_region<size>;
    using bell = rpmsg::doorbell_ref<rpmsg::testing::counting_bell>;
    using transport =
        std::conditional_t<Host, rpmsg::vring_driver<Config, region, bell>, rpmsg::vring_device<Config, region, bell>>;
    using pool = rpmsg::endpoint_pool<16>;

    struct service {
        our_end* owner{};
        std::string name{};
        std::uint32_t id{};
    };

    rpmsg::testing::array_memory<size> memory_{};
    rpmsg::testing::counting_bell rung_{};
    rpmsg::channel<transport, pool> link_{transport{region{memory_}, bell{rung_}}, pool{}};
    std::map<std::string, service, std::less<>> services_{};
    std::vector<rpmsg::held_message> held_{};
    journal journal_{};
    std::uint32_t to_hold_{};
    std::uint32_t handled_{};
    rpmsg::ticks now_{};

    auto hear(service const& at, rpmsg::link_ref const& link, rpmsg::message const& m) -> void {
        ++handled_;
        auto const number = m.payload.size() < 4 ? 0 : rpmsg::load<std::uint32_t>(m.payload);
        auto const expected = payload_of(number, static_cast<std::uint32_t>(m.payload.size()));
        auto const is_whole = std::equal(m.payload.begin(), m.payload.end(), expected.begin(), expected.end());
        journal_.add_delivery("> " + at.name + " from " + std::to_string(static_cast<std::uint32_t>(m.source)) + " size " +
                                  std::to_string(m.payload.size()) + (is_whole ? "" : " BROKEN"),
                              number);
        if (during) {
            during(handled_);
        }
        if (to_hold_ > 0) {
            --to_hold_;
            held_.push_back(link.hold(m));
        }
    }
    auto tell(service const& at, rpmsg::event const& what) -> void {
        static constexpr char const* names[] = {"link up",      "link down", "bound",      "unbound",
                                                "writable",     "refused",   "peer moved", "names forgotten",
                                                "slow handler", "overrun",   "gone"};
        auto const has_peer = what.peer != rpmsg::any_address;
        journal_.add("! " + at.name + " " + names[static_cast<std::size_t>(what.kind)] +
                     (has_peer ? " " + std::to_string(static_cast<std::uint32_t>(what.peer)) : ""));
    }
    /// By name, or at an address that is not announced.
    auto create(std::string const& name, rpmsg::endpoint_addresses const& where = {}) -> void {
        auto& it = services_[name];
        it = {this, name, 0};
        auto const is_announced = where.local == rpmsg::any_address;
        auto const made = link_.create(
            is_announced ? name : "", where, &it,
            [](void* self, rpmsg::link_ref link, rpmsg::message const& m) {
                auto& at = *static_cast<service*>(self);
                at.owner->hear(at, link, m);
            },
            [](void* self, rpmsg::link_ref, rpmsg::event const& what) {
                auto const& at = *static_cast<service*>(self);
                at.owner->tell(at, what);
            });
        if (made) {
            it.id = *made;
        } else {
            journal_.add("? create refused");
        }
    }
    auto send(std::string const& name, std::uint32_t first, std::uint32_t count, std::uint32_t length) -> void {
        std::uint32_t sent = 0;
        while (sent < count and link_.at(services_[name].id).send(payload_of(first + sent, length)).has_value()) {
            ++sent;
        }
        journal_.add("? sent " + std::to_string(sent));
    }
    /// The main loop of a firmware, until it would sleep. What is wrong with it shows as messages that stay.
    auto run(std::uint32_t budget) -> void {
        auto polls = 0;
        do {
            (void)link_.poll({.messages = budget}, now_);
        } while (link_.is_pending() and ++polls < 10'000);
        if (link_.is_pending()) {
            journal_.add("? never sleeps");
        }
    }

  public:
    /// Called while a message is handled, with how many of this step were.
    std::function<void(std::uint32_t)> during{};

    [[nodiscard]] auto block() -> rpmsg::bytes { return memory_.content; }
    auto ring(std::uint32_t queue) -> void { link_.notify(queue); }

    /// Does a step and answers what was told meanwhile.
    auto act(std::string_view what) -> std::vector<std::string> {
        auto words = std::vector<std::string>{};
        for (std::size_t at = 0; at < what.size();) {
            auto const end = std::min(what.find(' ', at), what.size());
            words.emplace_back(what.substr(at, end - at));
            at = end + 1;
        }
        auto const number = [&](std::size_t i) { return static_cast<std::uint32_t>(std::stoul(words.at(i))); };
        auto const before = std::array{rung_.rings(0), rung_.rings(1)};
        handled_ = 0;
        if (words[0] == "start") {
            (void)link_.start();
        } else if (words[0] == "close") {
            link_.close();
        } else if (words[0] == "again") { // without a poll between
            for (std::uint32_t i = 0; i < number(1); ++i) {
                link_.close();
                (void)link_.start();
            }
        } else if (words[0] == "reset") {
            (void)link_.reset();
        } else if (words[0] == "poll") {
            (void)link_.poll({.messages = number(1)}, now_);
        } else if (words[0] == "run") {
            run(number(1));
        } else if (words[0] == "time") {
            now_ += number(1);
        } else if (words[0] == "create") {
            create(words.at(1));
        } else if (words[0] == "listen") { // NAME ADDRESS
            create(words.at(1), {.local = rpmsg::address{number(2)}});
        } else if (words[0] == "destroy") {
            (void)link_.destroy(services_[words.at(1)].id);
        } else if (words[0] == "send") { // NAME FIRST COUNT SIZE
            send(words.at(1), number(2), number(3), number(4));
        } else if (words[0] == "hold") {
            to_hold_ = number(1);
        } else if (words[0] == "release") { // the latest first
            while (not held_.empty()) {
                held_.pop_back();
            }
        } else {
            journal_.add("? unknown step");
        }
        auto told = journal_.take();
        auto const rang = std::array{rung_.rings(0) - before[0], rung_.rings(1) - before[1]};
        if (rang[0] + rang[1] > 0) {
            told.push_back("* rang " + std::to_string(rang[0]) + " " + std::to_string(rang[1]));
        }
        return told;
    }
};

/// What of a word must be as recorded: of the flags of a ring, which are hints, nothing, of the mark that a device leaves on
/// rings whether it is there.
template <rpmsg::vring_config Config> constexpr auto relevant(std::uint32_t offset, std::uint32_t word) -> std::uint32_t {
    using layout = rpmsg::vring_layout<Config>;
    auto const is_flags = offset == layout::parts(0).available or offset == layout::parts(0).used or
                          offset == layout::parts(1).available or offset == layout::parts(1).used;
    auto const is_mark = offset == layout::parts(0).used + 4 + 8 * Config.buffers;
    return is_flags ? word >> 16 : is_mark ? (word != 0 ? 1u : 0u) : word;
}

/// Plays a recording; answers the first difference, or nothing.
template <rpmsg::vring_config Config, bool Host> class replay {
    std::unique_ptr<our_end<Config, Host>> end_ = std::make_unique<our_end<Config, Host>>();
    std::vector<std::byte> image_ = std::vector<std::byte>(rpmsg::vring_layout<Config>::size());
    std::vector<std::string_view> lines_{};
    std::size_t at_{};
    std::string step_{};
    std::map<std::uint32_t, std::vector<std::string_view>> meanwhile_{}; ///< what happens during which message

    static auto hex(std::string_view text) -> std::uint32_t {
        std::uint32_t value{};
        std::from_chars(text.data(), text.data() + text.size(), value, 16);
        return value;
    }
    static auto cut(std::string_view& text, char end) -> std::string_view {
        auto const size = std::min(text.find(end), text.size());
        auto const part = text.substr(0, size);
        text.remove_prefix(std::min(size + 1, text.size()));
        return part;
    }
    /// Writes the words of a line into the image, and into memory where the peer wrote them.
    auto write(std::string_view line, bool is_peer) -> void {
        auto const put = [&](std::uint32_t offset, std::uint32_t value) {
            rpmsg::store(rpmsg::bytes{image_}.subspan(offset, 4), value);
            if (is_peer) {
                rpmsg::store(end_->block().subspan(offset, 4), value);
            }
        };
        line.remove_prefix(1);
        auto where = cut(line, ' ');
        auto offset = hex(cut(where, '*'));
        if (not where.empty()) {
            auto const count = hex(cut(where, '+'));
            auto const stride = hex(where);
            auto value = hex(cut(line, '+'));
            auto const step = hex(line);
            for (std::uint32_t i = 0; i < count; ++i, offset += stride, value += step) {
                put(offset, value);
            }
            return;
        }
        for (; not line.empty(); offset += 4) {
            put(offset, hex(cut(line, ' ')));
        }
    }
    auto happen(std::vector<std::string_view> const& lines) -> void {
        for (auto const line : lines) {
            if (line.starts_with(' ')) {
                write(line, true);
            } else if (line.starts_with("ring ")) {
                end_->ring(hex(line.substr(5)));
            }
        }
    }
    [[nodiscard]] auto difference() -> std::string {
        for (std::uint32_t offset = 0; offset < image_.size(); offset += 4) {
            auto const word = [&](rpmsg::const_bytes of) {
                return relevant<Config>(offset, rpmsg::load<std::uint32_t>(of.subspan(offset, 4)));
            };
            auto const ours = word(end_->block());
            auto const expected = word(image_);
            if (ours != expected) {
                std::array<char, 80> text{};
                std::snprintf(text.data(), text.size(), "word %x is %x, not %x", offset, ours, expected);
                return text.data();
            }
        }
        return {};
    }

  public:
    explicit replay(std::string_view recording) {
        while (not recording.empty()) {
            if (auto const line = cut(recording, '\n'); not line.empty() and line[0] != '#') {
                lines_.push_back(line);
            }
        }
    }

    [[nodiscard]] auto play() -> std::string {
        end_->during = [this](std::uint32_t handled) {
            if (auto const found = meanwhile_.find(handled); found != meanwhile_.end()) {
                happen(found->second);
            }
        };
        auto const is_part = [&] { return at_ < lines_.size() and lines_[at_].starts_with(' '); };
        while (at_ < lines_.size()) {
            auto const line = lines_[at_++];
            if (line.starts_with("during ")) {
                auto& lines = meanwhile_[hex(line.substr(7))];
                while (at_ < lines_.size() and lines_[at_] != "end") {
                    lines.push_back(lines_[at_++]);
                }
                ++at_;
            } else if (line == "peer") {
                auto lines = std::vector<std::string_view>{};
                while (is_part()) {
                    lines.push_back(lines_[at_++]);
                }
                happen(lines);
            } else if (line.starts_with("ring ")) {
                happen({line});
            } else if (line.starts_with("do ")) {
                step_ = line;
                auto const told = end_->act(line.substr(3));
                meanwhile_.clear();
                auto expected = std::vector<std::string>{};
                while (is_part()) {
                    auto const part = lines_[at_++];
                    if (part.find_first_of(">!?*") == 1) {
                        expected.emplace_back(part.substr(1));
                    } else {
                        write(part, false);
                    }
                }
                auto const show = [](std::vector<std::string> const& these) {
                    auto text = std::string{};
                    for (auto const& each : these) {
                        text += "\n  " + each;
                    }
                    return text;
                };
                auto const where = "line " + std::to_string(at_) + " (" + step_ + "): ";
                if (told != expected) {
                    return where + "told" + show(told) + "\nnot" + show(expected);
                }
                if (auto const other = difference(); not other.empty()) {
                    return where + other;
                }
            }
        }
        return {};
    }
};

} // namespace live
