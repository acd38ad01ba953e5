// Creates endpoints in a pool of ENDPOINTS, each with a name of its own. The link is not up.
#include "work.hpp"
#include <string_view>

namespace {
constinit auto remote = rpmsg::channel{work::remote_end{work::whole_block()}, rpmsg::endpoint_pool<ENDPOINTS>{}};
} // namespace

auto main(int count, char** arguments) -> int {
    auto const job = work::read_job(count, arguments);
    static auto handler = [](auto&, rpmsg::message const& m) { work::touch(m.payload); };
    for (std::uint32_t made = 0; made < job.count; ++made) {
        auto const name = work::name_of(made);
        work::must(remote.create(std::string_view{name.data(), name.size()}, handler).has_value(),
                   "an endpoint could not be made");
    }
}
