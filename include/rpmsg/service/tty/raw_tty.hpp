#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/fixed_name.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/service/tty/tty_storage.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// A terminal whose messages are the bytes themselves: `raw_tty<"rpmsg-tty">` is that of Linux (drivers/tty/rpmsg_tty.c), and of
/// NuttX's raw driver. All storage is in the object, otherwise as `tty`.
///
/// The format has no flow control. Up to `Config.held` messages for which there is no room are kept until the program reads;
/// as long as the peer has no more buffers than that, none is lost, and other services of the link stand still meanwhile. What
/// cannot be kept is dropped and counted as `lost`. A message in flight when the link ends is lost without a count.
template <fixed_name Name, tty_config Config = tty_config{}, typename OnReadable = ignore_readable, lock_policy Lock = no_lock>
class raw_tty : public detail::tty_storage<Config, OnReadable, Lock> {
    static_assert(Config.held > 0 and Config.held < 256, "a raw terminal keeps 1 to 255 messages");

    using storage = detail::tty_storage<Config, OnReadable, Lock>;
    using storage::counts_;
    using storage::lock_;
    using storage::received_;
    using storage::written_;

    std::array<held_message::parked, Config.held> held_{};
    std::uint32_t first_{};
    std::uint32_t size_{};
    std::uint32_t done_{}; ///< bytes of the first message that were taken
    bool is_bound_{};

    constexpr auto drop_first() -> void {
        held_message{held_[first_]}.release();
        first_ = (first_ + 1) % Config.held;
        --size_;
        done_ = 0;
    }
    /// Takes what there is room for.
    constexpr auto take_some(const_bytes data) -> std::uint32_t {
        auto const size = static_cast<std::uint32_t>(std::min<std::size_t>(data.size(), received_.free()));
        received_.push(data.first(size));
        return size;
    }
    constexpr auto take_held() -> bool {
        auto is_new = false;
        while (size_ != 0) {
            auto const rest = held_[first_].content.payload.subspan(done_);
            auto const size = take_some(rest);
            is_new = is_new or size != 0;
            if (size < rest.size()) {
                done_ += size;
                break;
            }
            drop_first();
        }
        return is_new;
    }
    /// Returns whether bytes came.
    constexpr auto take(auto& link, message const& m) -> bool {
        detail::count_up(counts_.received);
        auto const size = size_ == 0 ? take_some(m.payload) : 0;
        auto const rest = static_cast<std::uint32_t>(m.payload.size()) - size;
        if (rest != 0 and size_ < Config.held) {
            done_ = size_ == 0 ? size : done_;
            held_[(first_ + size_++) % Config.held] = link.hold(m).park();
        } else if (rest != 0) {
            detail::count_up(counts_.lost, rest);
        }
        return size != 0;
    }
    constexpr auto send_written(auto& link) -> void {
        while (is_bound_ and written_.size() != 0) {
            auto room = link.reserve();
            if (not room) {
                return;
            }
            auto const size = std::min(static_cast<std::uint32_t>(room.payload().size()), written_.size());
            written_.peek(0, size).copy_to(room.payload());
            if (not link.commit(std::move(room), size)) {
                return;
            }
            detail::count_up(counts_.sent);
            written_.pop(size);
        }
    }
    /// The bytes of held messages may change from now on.
    constexpr auto drop_held() -> void {
        while (size_ != 0) {
            auto const rest = static_cast<std::uint32_t>(held_[first_].content.payload.size()) - done_;
            detail::count_up(counts_.lost, rest);
            drop_first();
        }
    }

  public:
    constexpr raw_tty() = default;
    constexpr explicit raw_tty(OnReadable on_readable) : storage{std::move(on_readable)} {}

    static constexpr auto name() -> std::string_view { return Name.view(); }

    /// Called by the channel.
    constexpr auto on_message(auto& link, message const& m) -> void {
        auto is_new = false;
        {
            auto const guard = lock_guard{lock_};
            is_new = take(link, m);
        }
        this->call_poller();
        this->tell(link, *this, is_new);
    }
    constexpr auto on_event(auto&, event const& e) -> void {
        if (e.kind == event_kind::bound or e.kind == event_kind::unbound) {
            auto const guard = lock_guard{lock_};
            is_bound_ = e.kind == event_kind::bound;
            drop_held();
        }
        this->call_poller();
    }
    constexpr auto on_poll(auto& link, ticks) -> void {
        this->answer_call();
        auto is_new = false;
        auto is_sent = false;
        {
            auto const guard = lock_guard{lock_};
            auto const before = written_.size();
            is_new = take_held();
            send_written(link);
            is_sent = written_.size() != before;
        }
        if (is_new or is_sent) {
            this->tell(link, *this, is_new);
        }
    }
};
static_assert(endpoint_description<raw_tty<"rpmsg-tty">>);

} // namespace rpmsg
