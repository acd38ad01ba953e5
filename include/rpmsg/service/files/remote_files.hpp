#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/service/files/file_client.hpp>
#include <rpmsg/service/files/file_request.hpp>
#include <rpmsg/wire/service/files/file_error.hpp>
#include <rpmsg/wire/service/files/messages.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg {

/// The calls of a `file_client` for a context that waits for each answer, and does not poll the link: `remote_files{link,
/// client, 1000}` waits for at most 1000 ticks. The channel has a wait policy. Errors as of `file_client::take`, and
/// `would_deadlock` in the context that polls the link.
template <typename Channel, typename Client> class remote_files {
    Channel* link_;
    Client* client_;
    ticks timeout_;

    static auto reason(status waited) -> file_error {
        switch (waited.error()) {
        case error::would_deadlock: return file_error::would_deadlock;
        case error::timed_out: return file_error::timed_out;
        default: return file_error::connection_reset;
        }
    }
    /// Begins a call, as soon as those of other contexts leave a place for it.
    auto start(file_request const& what, ticks deadline) -> file_result<file_call> {
        auto made = client_->start(*link_, what, deadline);
        if (made.error() != file_error::no_buffers) {
            return made;
        }
        auto const waited = link_->wait_until(deadline, [&] {
            made = client_->start(*link_, what, deadline);
            return made.error() != file_error::no_buffers;
        });
        return made.error() != file_error::no_buffers ? made : reason(waited);
    }
    auto wait(file_call which, ticks deadline) -> file_result<file_answer> {
        auto got = file_result<file_answer>{file_error::try_again};
        auto const waited = link_->wait_until(deadline, [&] {
            got = client_->take(which);
            return got.error() != file_error::try_again;
        });
        if (got.error() == file_error::try_again) {
            client_->cancel(which);
            got = reason(waited);
        }
        link_->waiting().wake(); // others may wait for the place of this call
        return got;
    }
    static auto amount(file_result<file_answer> const& got) -> file_result<std::uint32_t> {
        return got ? file_result<std::uint32_t>{static_cast<std::uint32_t>(got->result)} : got.error();
    }

    /// The pieces of a WRITE that were sent and not answered, in their order.
    struct pieces {
        struct piece {
            file_call which{};
            ticks deadline{};
            std::uint32_t size{};
        };
        std::array<piece, Client::calls> all{};
        std::uint32_t first{};
        std::uint32_t count{};

        auto push(piece const& it) -> void { all[(first + count++) % all.size()] = it; }
        auto pop() -> piece {
            --count;
            return all[first++ % all.size()];
        }
    };
    /// Writes pieces of which several are under way. Each is one message, so that none passes another.
    auto write_ahead(file_handle it, const_bytes data, std::uint32_t largest) -> file_result<std::uint32_t> {
        auto under_way = pieces{};
        auto sent = std::uint32_t{};
        auto done = std::uint32_t{};
        auto passed = std::int32_t{}; ///< what was written behind a piece that was not
        auto why = file_error::none;
        do {
            while (why == file_error::none and sent < data.size() and under_way.count < Client::calls) {
                auto const size = static_cast<std::uint32_t>(std::min<std::size_t>(largest, data.size() - sent));
                auto what = file_calls::write(it, data.subspan(sent, size));
                what.is_whole = true;
                auto const deadline = link_->waiting().now() + timeout_;
                auto const made = under_way.count == 0 ? start(what, deadline) : client_->start(*link_, what, deadline);
                if (not made) {
                    why = under_way.count == 0 ? made.error() : file_error::none; // others use the client, too
                    break;
                }
                under_way.push({.which = *made, .deadline = deadline, .size = size});
                sent += size;
            }
            if (under_way.count != 0) {
                auto const oldest = under_way.pop();
                auto const got = wait(oldest.which, oldest.deadline);
                if (why != file_error::none) {
                    passed += got ? got->result : 0;
                } else {
                    done += got ? static_cast<std::uint32_t>(got->result) : 0;
                    why = not got ? got.error() : *amount(got) < oldest.size ? file_error::no_space : file_error::none;
                }
            }
        } while (under_way.count != 0 or (why == file_error::none and sent < data.size()));
        if (passed != 0) {
            (void)call(file_calls::seek(it, -passed, seek_from::position));
        }
        if (why == file_error::too_large and done == 0) { // the buffers of the peer are not all of one size
            return amount(call(file_calls::write(it, data)));
        }
        return done != 0 or why == file_error::none ? file_result<std::uint32_t>{done} : why;
    }

  public:
    static constexpr std::uint32_t calls = Client::calls; ///< under way at a time

    remote_files(Channel& link, Client& client, ticks timeout) : link_{&link}, client_{&client}, timeout_{timeout} {}

    /// Makes one call of `file_calls`, and waits for its answer, and before that while all calls of the client are under way.
    auto call(file_request const& what) -> file_result<file_answer> {
        auto const deadline = link_->waiting().now() + timeout_;
        auto const made = start(what, deadline);
        return made ? wait(*made, deadline) : made.error();
    }
    auto open(std::string_view path, open_mode mode, std::int32_t permissions = 0666) -> file_result<file_handle> {
        auto const got = call(file_calls::open(path, mode, permissions));
        return got ? file_result<file_handle>{got->handle()} : got.error();
    }
    auto close(file_handle it) -> file_error { return call(file_calls::close(it)).error(); }
    auto read(file_handle it, bytes into) -> file_result<std::uint32_t> { return amount(call(file_calls::read(it, into))); }
    /// Of what exceeds a buffer several pieces are under way. Behind one that was not written as a whole others may have been:
    /// what is told ends before it, and so does the position.
    auto write(file_handle it, const_bytes data) -> file_result<std::uint32_t> {
        constexpr auto front = std::uint32_t{sizeof(wire::file_transfer)};
        auto const room = link_->transport().tx_limit();
        if (room <= front or data.size() <= room - front or data.size() > 0x7fff'ffff) {
            return amount(call(file_calls::write(it, data)));
        }
        return write_ahead(it, data, room - front);
    }
};

} // namespace rpmsg
