#include <rpmsg/framework/grouped_endpoints.hpp>
#include <rpmsg/service/files/file_client.hpp>

#include "../remote_files/tree.hpp"
#include "link_command.hpp"
#include <filesystem>

namespace tool {

auto copy(options const& chosen) -> int {
    using rpmsg::host::steady_clock;
    auto failed = std::error_code{};
    if (std::filesystem::exists(chosen.file, failed)) {
        return fail("'" + chosen.file + "' exists already; name another directory");
    }
    auto client = std::make_unique<rpmsg::file_client<>>();
    return on_link(
        chosen, [&] { return rpmsg::endpoints{rpmsg::ref{*client}}; },
        [&](auto& link, auto& driven) {
            auto none = std::vector<pollfd>{};
            auto is_late = false;
            constexpr rpmsg::ticks patience = 10'000;
            auto const turn_while = [&](rpmsg::ticks end, auto is_waiting) {
                while (is_waiting() and not interrupt::is_asked() and driven.trouble().empty() and
                       not rpmsg::has_passed(end, steady_clock::now())) {
                    if (not driven.turn()) {
                        driven.wait(none, steady_clock::until(end));
                    }
                }
            };
            turn_while(after(chosen.wait), [&] { return not link.at(0).is_bound(); });
            is_late = not link.at(0).is_bound();
            auto const call = [&](rpmsg::file_request const& what) -> rpmsg::file_result<rpmsg::file_answer> {
                auto const made = client->start(link, what, steady_clock::now() + patience);
                if (not made) {
                    return made.error();
                }
                auto got = rpmsg::file_result<rpmsg::file_answer>{rpmsg::file_error::try_again};
                turn_while(steady_clock::now() + patience,
                           [&] { return (got = client->take(*made)).error() == rpmsg::file_error::try_again; });
                return got;
            };
            if (is_late) {
                return interrupt::is_asked()      ? exit_status::interrupted
                       : driven.trouble().empty() ? fail("nobody serves files at " + chosen.address, exit_status::no_peer)
                                                  : fail(driven.trouble());
            }
            auto remote = tree{call};
            auto const why = remote.copy(chosen.name, chosen.file);
            fmt::print("{} files and {} directories, {} bytes\n", remote.files, remote.directories, remote.bytes);
            return interrupt::is_asked()            ? exit_status::interrupted
                   : why == rpmsg::file_error::none ? exit_status::done
                                                    : fail(fmt::format("'{}' is not copied: {}", chosen.name, describe(why)));
        });
}

} // namespace tool
