#pragma once

#include <rpmsg/framework/dma_receiver.hpp>
#include <rpmsg/framework/dma_sender.hpp>
#include <rpmsg/testing/late_dma.hpp>

#include "sides.hpp"
#include <array>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace rpmsg::searched {

/// A DMA channel whose transfers end in turn: late; late, with a second interrupt, which may come after a restart or during the
/// next transfer; never, so that the deadline aborts them; late after an abort that does not stop them; with an error.
class moody_dma {
    rpmsg::testing::late_dma dma_{};
    std::uint32_t seen_ = 0xffff'ffff; ///< the transfer that this mood is of
    bool is_again_{};                  ///< an interrupt is left

    auto mood() -> std::uint32_t {
        auto const which = dma_.starts % 5;
        if (std::exchange(seen_, dma_.starts) != dma_.starts) {
            dma_.aborts = 0;
            dma_.stops_at_once = which != 3;
        }
        return which;
    }
    auto may_end() -> bool {
        auto const which = mood();
        return dma_.is_running() and which != 2 and (which != 3 or dma_.aborts > 0);
    }

  public:
    auto start(rpmsg::const_bytes from, rpmsg::bytes to) -> rpmsg::dma_start { return dma_.start(from, to); }
    auto progress() -> rpmsg::dma_progress { return dma_.progress(); }
    auto abort() -> bool {
        (void)mood();
        return dma_.abort();
    }

    auto has_interrupt() -> bool { return is_again_ or may_end(); }
    /// Whether an interrupt comes now.
    auto interrupt() -> bool {
        if (std::exchange(is_again_, false)) {
            return true;
        }
        if (not may_end()) {
            return false;
        }
        is_again_ = mood() == 1;
        mood() == 4 ? dma_.fail() : dma_.finish();
        return true;
    }
    /// The core that used the channel was restarted, and the channel with it; an interrupt may be latched.
    auto restart_after(moody_dma& killed) -> void { is_again_ = killed.is_again_ or killed.dma_.is_running(); }
};

/// A user who sends and receives by DMA, payloads of 8 bytes and more. It sends one payload at a time.
struct dma_way {
    static constexpr bool is_by_dma = true;
    static constexpr int busy = 100; ///< the result of a call that waits for a transfer

    template <typename Channel> class user {
        using lock = rpmsg::lock_ref<open_lock>;
        struct told_sent {
            auto operator()(rpmsg::status) const -> void {}
        };
        struct told_received {
            user* of;
            auto operator()(rpmsg::status outcome, rpmsg::bytes copied) const -> void {
                of->copied_.push_back(outcome ? std::vector<std::byte>{copied.begin(), copied.end()}
                                              : std::vector<std::byte>{});
                of->is_copying_ = false;
            }
        };
        using dma = rpmsg::dma_ref<moody_dma>;
        using sender = rpmsg::dma_sender<typename Channel::endpoint, dma, told_sent, lock>;
        using receiver = rpmsg::dma_receiver<dma, told_received, lock>;
        struct arrival {
            service* to{};
            std::uint32_t source{};
            rpmsg::held_message held{};
        };

        listener* whom_;
        std::uint32_t end_;
        open_lock lock_;
        moody_dma out_{};
        moody_dma in_{};
        std::array<std::byte, 16> source_{};
        std::array<std::byte, 48> target_{};
        sender a_;
        sender b_;
        receiver copies_;
        std::deque<arrival> waiting_{}; ///< the first one is being copied if `is_copying_`
        std::vector<std::vector<std::byte>> copied_{};
        bool is_sending_{};
        bool is_copying_{};
        std::uint32_t now_ = 1000;

        [[nodiscard]] auto latest() const -> rpmsg::poll_deadline { return {true, now_ + 20}; }
        auto deliver() -> void {
            for (auto const& payload : std::exchange(copied_, {})) {
                auto const to = std::exchange(waiting_.front(), {});
                waiting_.pop_front();
                if (not payload.empty() and to.to->is_up) {
                    whom_->on_message(*to.to, to.source, payload, {nullptr, nullptr});
                }
            }
        }
        auto continue_copies() -> void {
            deliver();
            while (not waiting_.empty() and not is_copying_) {
                is_copying_ = true;
                if (not copies_.receive(waiting_.front().held, target_, latest())) {
                    whom_->complain("a receiving copy was refused");
                    return;
                }
                deliver();
            }
        }

      public:
        user(listener& whom, std::uint32_t end, Channel& link)
            : whom_{&whom}, end_{end}, lock_{whom, end}, a_{link.at(0), 8u, dma{out_}, told_sent{}, lock{lock_}},
              b_{link.at(1), 8u, dma{out_}, told_sent{}, lock{lock_}}, copies_{8u, dma{in_}, told_received{this}, lock{lock_}} {
        }
        user(user const&) = delete;

        auto is_busy() -> bool { return is_sending_ or a_.is_running() or b_.is_running(); }
        auto send(std::uint32_t id, std::span<std::byte const> payload) -> int {
            if (std::exchange(is_sending_, true)) {
                return busy;
            }
            auto outcome = busy;
            if (not a_.is_running() and not b_.is_running()) {
                std::copy(payload.begin(), payload.end(), source_.begin());
                auto const used = rpmsg::const_bytes{source_}.first(payload.size());
                outcome = static_cast<int>((id == 0 ? a_ : b_).send(used, latest()).error());
            }
            is_sending_ = false;
            return outcome;
        }
        /// A message waits until those before it are copied.
        auto receive(service& to, std::uint32_t source, rpmsg::held_message&& held) -> void {
            waiting_.push_back({&to, source, std::move(held)});
        }
        auto poll(std::uint32_t now) -> void {
            now_ = now;
            a_.poll(now);
            b_.poll(now);
            copies_.poll(now);
            continue_copies();
        }
        auto is_pending() -> bool {
            return a_.is_pending() or b_.is_pending() or copies_.is_pending() or not copied_.empty() or
                   (not waiting_.empty() and not is_copying_);
        }
        auto next_deadline() -> rpmsg::poll_deadline {
            for (auto const due : {a_.next_deadline(), b_.next_deadline(), copies_.next_deadline()}) {
                if (due.is_set) {
                    return due;
                }
            }
            return {};
        }
        auto under_way() -> std::uint32_t { return (out_.has_interrupt() ? 1u : 0u) | (in_.has_interrupt() ? 2u : 0u); }
        /// The host completes in the interrupt, the remote in its next poll.
        auto ring(std::uint32_t which) -> void {
            if ((which & 1) != 0 and out_.interrupt()) {
                auto& running = b_.is_running() ? b_ : a_;
                end_ == host ? running.complete() : running.notify();
            }
            if ((which & 2) != 0 and in_.interrupt()) {
                end_ == host ? copies_.complete() : copies_.notify();
            }
        }
        auto restart_after(user& killed) -> void {
            out_.restart_after(killed.out_);
            in_.restart_after(killed.in_);
            now_ = killed.now_;
        }
        /// The core was killed: what it held is not returned.
        auto forget() -> void {
            for (auto& each : waiting_) {
                new (&each.held) rpmsg::held_message{};
            }
        }
    };
};

} // namespace rpmsg::searched
