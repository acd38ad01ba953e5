#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/rpmsg_channels.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <utility>
#include <vector>

namespace rpmsg::host {

/// The names of both sides of a `rpmsg_bus`, and the channel of the kernel by which each pair of them is joined. `Kernel` is
/// `rpmsg_channels`, or a model of it in tests.
template <typename Kernel = rpmsg_channels> class bus_names {
    /// Until a name is announced, since those of a new remote processor come first; and until one whose endpoint here is gone
    /// is used again, since it is expected to go, too.
    static constexpr ticks grace = 100;
    static constexpr std::uint8_t most_refusals = 3;

    /// A name of the remote processor.
    struct far_name {
        rpmsg_channel channel{};
        bool is_listed{};
        bool is_told{}; ///< the channel above knows it
        bool is_spent{};
        ticks spent_at{};
    };

  public:
    /// A name of this side.
    struct own_name {
        std::string name{};
        address local{};             ///< of the endpoint in the channel above
        bool is_wanted{};            ///< this side named it first
        std::uint64_t partner{};     ///< the name of the remote processor to which it is joined; 0 for none
        address remote{any_address}; ///< its address
        descriptor file{};
        address file_local{any_address}; ///< the addresses of the channel that was made for it
        address file_remote{any_address};
        std::unique_ptr<typename Kernel::endpoint> sender{}; ///< where the channel only receives
        std::uint8_t refusals{};                             ///< of the kernel, to make a channel

        /// Where its messages are written.
        [[nodiscard]] auto output() const -> int { return sender ? sender->number() : file.number(); }
        [[nodiscard]] auto is_joined() const -> bool { return partner != 0; }
    };

  private:
    Kernel kernel_;
    std::vector<far_name> far_{};
    std::vector<own_name> own_{};
    std::deque<wire::announcement> news_{};
    descriptor events_{};
    std::string why_{};
    ticks now_{};
    ticks up_at_{};
    ticks settle_at_{}; ///< when a name has waited for long enough
    bool must_settle_{};
    bool is_patient_{}; ///< `settle_at_` is set

    [[nodiscard]] auto has_owner(far_name const& it) const -> bool {
        return std::ranges::find(own_, it.channel.identity, &own_name::partner) != own_.end();
    }
    auto hear(int file, int how = EPOLL_CTL_ADD) -> void {
        auto event = epoll_event{};
        event.events = EPOLLIN;
        if (file >= 0) {
            (void)epoll_ctl(events_.number(), how, file, &event);
        }
    }
    /// Whether a name has not waited for long enough; then it is settled later.
    auto must_wait(ticks since) -> bool {
        if (has_passed(since + grace, now_)) {
            return false;
        }
        settle_at_ = is_patient_ and has_passed(settle_at_, since + grace) ? settle_at_ : since + grace;
        is_patient_ = true;
        return true;
    }
    auto tell(far_name const& it, wire::announcement_kind kind) -> void {
        news_.push_back(wire::announce(it.channel.name, it.channel.remote, kind));
    }

    /// Closes what an endpoint had; its channel is withdrawn from the remote processor, if that is still there.
    auto close_files(own_name& it, bool is_there) -> void {
        it.sender.reset();
        it.file.close();
        if (it.file_local != any_address and is_there) {
            kernel_.release(it.name, it.file_local, it.file_remote);
        }
        it.file_local = it.file_remote = any_address;
    }
    /// Makes a channel for an endpoint, to a peer or, for the any-address, to be announced.
    auto make_file(own_name& it, address remote) -> bool {
        if (it.refusals == most_refusals) {
            return false;
        }
        auto const local = kernel_.next_address();
        auto made = kernel_.make(it.name, local, remote);
        if (not made) {
            why_ = made.error();
            ++it.refusals;
            return false;
        }
        it.file = std::move(*made);
        it.file_local = local;
        it.file_remote = remote;
        return true;
    }
    auto make_sender(own_name& it, address remote) -> bool {
        auto made = kernel_.make_endpoint(it.name, remote);
        if (not made) {
            why_ = made.error();
            return false;
        }
        it.sender = std::make_unique<typename Kernel::endpoint>(std::move(*made));
        return true;
    }
    auto join(own_name& it, far_name& peer) -> void {
        auto const remote = peer.channel.remote;
        if ((it.file or not make_file(it, remote)) and not make_sender(it, remote)) {
            return;
        }
        it.partner = peer.channel.identity;
        it.remote = remote;
        hear(it.file.number());
        hear(it.sender ? it.sender->number() : -1);
        if (not std::exchange(peer.is_told, true)) {
            tell(peer, wire::announcement_kind::acknowledge);
        }
    }
    /// The peer is gone. A channel that has told the name to the remote processor stays for the next one.
    auto part(own_name& it) -> void {
        if (it.file_remote != any_address) {
            close_files(it, true);
        } else {
            it.sender.reset();
            hear(it.file.number(), EPOLL_CTL_DEL);
        }
        it.partner = 0;
        it.remote = any_address;
        must_settle_ = true;
    }

  public:
    explicit bus_names(Kernel kernel) : kernel_{std::move(kernel)} {}

    [[nodiscard]] auto kernel() -> Kernel& { return kernel_; }
    [[nodiscard]] auto own() -> std::vector<own_name>& { return own_; }
    [[nodiscard]] auto why() const -> std::string const& { return why_; }
    /// Becomes readable when a device of the machine came or went, or a message to a joined endpoint is pending.
    [[nodiscard]] auto number() const -> int { return events_.number(); }

    /// Returns false when the process has no descriptor left.
    [[nodiscard]] auto open() -> bool {
        events_ = descriptor{epoll_create1(EPOLL_CLOEXEC)};
        hear(kernel_.changes());
        return static_cast<bool>(events_);
    }
    /// The remote processor is there.
    auto begin(ticks now) -> void {
        up_at_ = now;
        kernel_.release_stale();
    }
    /// Ends all; `is_there`: the remote processor is, and hears of it.
    auto end(bool is_there) -> void {
        for (auto& each : own_) {
            close_files(each, is_there);
        }
        own_.clear();
        far_.clear();
        news_.clear();
        must_settle_ = is_patient_ = false;
    }

    [[nodiscard]] auto find(address local) -> own_name* {
        auto const it = std::ranges::find(own_, local, &own_name::local);
        return it != own_.end() ? &*it : nullptr;
    }
    /// Whether an endpoint that is not known yet may send there: it is accepting that name.
    [[nodiscard]] auto is_offered(address remote) const -> bool {
        return std::ranges::any_of(
            far_, [&](auto const& it) { return it.channel.remote == remote and it.is_told and not has_owner(it); });
    }
    [[nodiscard]] auto has_news() const -> bool { return not news_.empty(); }
    /// The oldest of what the remote processor has announced and withdrawn; there is one.
    auto take_news() -> wire::announcement {
        auto const oldest = news_.front();
        news_.pop_front();
        return oldest;
    }

    /// An endpoint has this name: wanted by this side, or to accept a name of the remote processor.
    auto add(std::string_view name, address local, bool is_wanted) -> void {
        auto const is_known = [&](auto const& it) { return it.local == local and it.name == name; };
        if (std::ranges::none_of(own_, is_known)) {
            own_.push_back({.name = std::string{name}, .local = local, .is_wanted = is_wanted});
        }
        must_settle_ = true;
    }
    auto remove(address local, ticks now) -> void {
        auto* const it = find(local);
        if (it == nullptr) {
            return;
        }
        auto const partner = std::ranges::find(far_, it->partner, [](auto const& each) { return each.channel.identity; });
        if (partner != far_.end()) {
            partner->is_spent = true;
            partner->spent_at = now;
        }
        close_files(*it, true);
        own_.erase(own_.begin() + (it - own_.data()));
        must_settle_ = true;
    }
    /// Somebody else ended the kernel's channel of an endpoint.
    auto lose(own_name& it) -> void {
        part(it);
        close_files(it, true);
    }

    /// Reads what the remote processor has announced by now.
    auto look() -> void {
        for (auto& each : far_) {
            each.is_listed = false;
        }
        for (auto& found : kernel_.list()) {
            auto const known = std::ranges::find(far_, found.identity, [](auto const& each) { return each.channel.identity; });
            if (known != far_.end()) {
                known->is_listed = true;
            } else {
                far_.push_back({.channel = std::move(found), .is_listed = true});
            }
        }
        for (auto const& each : far_) {
            if (each.is_listed) {
                continue;
            }
            for (auto& mine : own_) {
                if (mine.partner == each.channel.identity) {
                    part(mine);
                }
            }
            if (each.is_told) {
                tell(each, wire::announcement_kind::destroy);
            }
        }
        std::erase_if(far_, [](auto const& it) { return not it.is_listed; });
        must_settle_ = true;
    }

    /// Joins endpoints and names of the remote processor, and tells the names that nobody here wants. Of several equal ones the
    /// next is told when the one before is accepted or gone.
    auto settle(ticks now) -> void {
        if (not is_due(now)) {
            return;
        }
        now_ = now;
        must_settle_ = is_patient_ = false;
        for (auto& mine : own_) {
            if (mine.is_joined()) {
                continue;
            }
            auto const peer = std::ranges::find_if(far_, [&](auto const& it) {
                return it.channel.name == mine.name and (mine.is_wanted or it.is_told) and not has_owner(it) and
                       not(it.is_spent and must_wait(it.spent_at));
            });
            if (peer != far_.end()) {
                join(mine, *peer);
            } else if (mine.is_wanted and not mine.file and not must_wait(up_at_)) {
                (void)make_file(mine, any_address);
            }
        }
        for (auto& each : far_) {
            auto const is_waiting = [&](auto const& it) {
                return it.is_told and not it.is_spent and it.channel.name == each.channel.name and not has_owner(it);
            };
            if (not each.is_told and std::ranges::none_of(far_, is_waiting)) {
                each.is_told = true;
                tell(each, wire::announcement_kind::create);
            }
        }
    }
    [[nodiscard]] auto is_due(ticks now) const -> bool { return must_settle_ or (is_patient_ and has_passed(settle_at_, now)); }
    /// The time until `settle` has something to do, if it is less than `least`.
    [[nodiscard]] auto until_due(ticks now, ticks least) const -> ticks {
        auto const left = must_settle_ ? 0 : is_patient_ ? until(settle_at_, now) : least;
        return std::min(left, least);
    }
};

} // namespace rpmsg::host
