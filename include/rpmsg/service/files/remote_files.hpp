#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/service/files/file_client.hpp>
#include <rpmsg/service/files/file_request.hpp>
#include <rpmsg/wire/service/files/file_error.hpp>

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

  public:
    static constexpr std::uint32_t calls = Client::calls; ///< under way at a time

    remote_files(Channel& link, Client& client, ticks timeout) : link_{&link}, client_{&client}, timeout_{timeout} {}

    /// Makes one call of `file_calls`, and waits for its answer.
    auto call(file_request const& what) -> file_result<file_answer> {
        auto const deadline = link_->waiting().now() + timeout_;
        auto const made = client_->start(*link_, what, deadline);
        if (not made) {
            return made.error();
        }
        auto got = file_result<file_answer>{file_error::try_again};
        auto const waited = link_->wait_until(deadline, [&] {
            got = client_->take(*made);
            return got.error() != file_error::try_again;
        });
        if (got.error() != file_error::try_again) {
            return got;
        }
        client_->cancel(*made);
        switch (waited.error()) {
        case error::would_deadlock: return file_error::would_deadlock;
        case error::timed_out: return file_error::timed_out;
        default: return file_error::connection_reset;
        }
    }
    auto open(std::string_view path, open_mode mode, std::int32_t permissions = 0666) -> file_result<file_handle> {
        auto const got = call(file_calls::open(path, mode, permissions));
        return got ? file_result<file_handle>{got->handle()} : got.error();
    }
    auto close(file_handle it) -> file_error { return call(file_calls::close(it)).error(); }
    auto read(file_handle it, bytes into) -> file_result<std::uint32_t> {
        auto const got = call(file_calls::read(it, into));
        return got ? file_result<std::uint32_t>{static_cast<std::uint32_t>(got->result)} : got.error();
    }
    auto write(file_handle it, const_bytes data) -> file_result<std::uint32_t> {
        auto const got = call(file_calls::write(it, data));
        return got ? file_result<std::uint32_t>{static_cast<std::uint32_t>(got->result)} : got.error();
    }
};

} // namespace rpmsg
