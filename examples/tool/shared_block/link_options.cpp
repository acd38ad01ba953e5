#include "link_options.hpp"

#include <fmt/format.h>

#include "link.hpp"
#include "placement.hpp"
#include <charconv>
#include <string>
#include <string_view>

namespace tool {

namespace {
using rpmsg::host::failure;

auto read_number(std::string_view option, std::string_view text, std::uint64_t most, std::uint64_t& result) -> failure {
    auto const is_hex = text.starts_with("0x");
    auto const digits = is_hex ? text.substr(2) : text;
    auto const [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), result, is_hex ? 16 : 10);
    if (code != std::errc{} or end != digits.data() + digits.size() or result > most) {
        return {fmt::format("{} needs a number up to {}, not '{}'", option, most, text)};
    }
    return {};
}

auto set_dialect(rpmsg::shared_block& link, std::string_view value) -> failure {
    auto names = std::string{};
    for (auto const& known : doctor::known_dialects) {
        if (known.name == value) {
            link.rings.dialect = known.value;
            return {};
        }
        names += fmt::format("{}{}", names.empty() ? "" : ", ", known.name);
    }
    return {fmt::format("dialect is one of {}, not '{}'", names, value)};
}

auto set_field(rpmsg::shared_block& link, std::string_view key, std::string_view value) -> failure {
    if (key == "dialect") {
        return set_dialect(link, value);
    }
    auto bad = failure{};
    auto const is = [&](std::string_view name, auto& field, std::uint64_t most) {
        if (key != name) {
            return false;
        }
        std::uint64_t number{};
        bad = read_number(key, value, most, number);
        field = static_cast<std::remove_reference_t<decltype(field)>>(number);
        return true;
    };
    auto& rings = link.rings;
    constexpr auto word = std::uint64_t{0xffff'ffff};
    auto const known =
        is("buffers", rings.buffers, 32768) or is("host_to_remote_buffers", rings.host_to_remote_buffers, 32768) or
        is("remote_to_host_buffers", rings.remote_to_host_buffers, 32768) or is("buffer_size", rings.buffer_size, 65536) or
        is("host_to_remote", rings.host_to_remote, 65536) or is("remote_to_host", rings.remote_to_host, 65536) or
        is("alignment", rings.alignment, 0x10'0000) or is("ring_stride", rings.ring_stride, word) or
        is("batch", rings.batch, 32768) or is("event_index", rings.event_index, 1) or
        is("device_base", rings.device_base, ~std::uint64_t{0}) or is("host_base", link.host_base, ~std::uint64_t{0}) or
        is("remote_base", link.remote_base, word) or is("size", link.size, word) or
        is("window_0", link.windows[0].start, ~std::uint64_t{0}) or is("window_0_size", link.windows[0].size, word) or
        is("window_1", link.windows[1].start, ~std::uint64_t{0}) or is("window_1_size", link.windows[1].size, word) or
        is("vdev_notify_id", link.vdev_notify_id, word) or is("ring_0_notify_id", link.ring_notify_ids[0], word) or
        is("ring_1_notify_id", link.ring_notify_ids[1], word);
    return known ? bad : failure{fmt::format("--config knows no '{}'", key)};
}

auto set_fields(rpmsg::shared_block& link, std::string_view text) -> failure {
    while (not text.empty()) {
        auto const pair = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        auto const at = pair.find('=');
        if (at == pair.npos) {
            return {fmt::format("--config needs KEY=VALUE, not '{}'", pair)};
        }
        if (auto bad = set_field(link, pair.substr(0, at), pair.substr(at + 1)); not bad.text.empty()) {
            return bad;
        }
    }
    return {};
}
} // namespace

auto parse_link(std::string_view config) -> rpmsg::host::outcome<rpmsg::shared_block> {
    auto link = demo::link;
    if (auto bad = set_fields(link, config); not bad.text.empty()) {
        return bad;
    }
    if (auto const broken = broken_rule(link); broken != rpmsg::link_rule::none) {
        return failure{fmt::format("no such link: {}", describe(broken))};
    }
    return link;
}

} // namespace tool
