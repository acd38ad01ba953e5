#include "options.hpp"

#include <fmt/format.h>

#include "link.hpp"
#include "placement.hpp"
#include <charconv>
#include <string>
#include <string_view>

namespace tool {

char const* const help_text =
    R"(usage: shared_block [COMMAND] [OPTION...]
Prints what follows from the shared block in examples/shared_block/link.hpp, and compares shared memory with it.

  shared_block                 where everything lies, for people
  shared_block linker-script   the fragment for the remote's linker
  shared_block device-tree     the fragment for Linux's device tree
  shared_block doctor WHAT     which field of which side disagrees with the shared block, and what the rings are doing. WHAT is a
                           dump of the block, or the /NAME of a live POSIX shared-memory object; nothing is written

  --config KEY=VALUE[,...] another shared block than the one built in, field by field: dialect (rpmsg, openamp, openamp_bufsz,
                           zephyr, rpmsg_lite, linux_virtio, linux_bufsz, nuttx, nuttx_lite, openvela), buffers,
                           host_to_remote_buffers, remote_to_host_buffers, buffer_size, host_to_remote, remote_to_host, alignment, ring_stride, batch, event_index,
                           device_base, host_base, remote_base, size, window_0, window_0_size, window_1, window_1_size,
                           vdev_notify_id, ring_0_notify_id, ring_1_notify_id
  --offset BYTES           where the block starts in the dump
  --table                  WHAT is a resource table alone: the section .resource_table of an image
  --cells N                of addresses and sizes in the device tree: 1 or 2
  --help

Numbers are decimal, or hexadecimal with 0x. Exit status: 0 well, 1 something is wrong or cannot be read, 2 wrong arguments.
)";

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

auto set_option(options& chosen, std::string_view option, std::string_view value) -> failure {
    if (option == "--config") {
        return set_fields(chosen.link, value);
    }
    if (option == "--offset") {
        return read_number(option, value, std::uint64_t{1} << 40, chosen.offset);
    }
    if (value != "1" and value != "2") {
        return {fmt::format("--cells is 1 or 2, not '{}'", value)};
    }
    chosen.cells = value == "1" ? 1 : 2;
    return {};
}

auto set_word(options& chosen, std::string_view word, int position) -> failure {
    if (position == 0) {
        for (auto const& [name, what] :
             {std::pair{"linker-script", command::linker_script}, std::pair{"device-tree", command::device_tree},
              std::pair{"doctor", command::doctor}}) {
            if (word == name) {
                chosen.what = what;
                return {};
            }
        }
        return {fmt::format("unknown command '{}'", word)};
    }
    if (position == 1 and chosen.what == command::doctor) {
        chosen.file = word;
        return {};
    }
    return {fmt::format("'{}' is one argument too many", word)};
}

auto check(options const& chosen) -> failure {
    if (chosen.what == command::doctor and chosen.file.empty()) {
        return {"doctor needs a FILE, or the /NAME of a shared-memory object"};
    }
    if (auto const broken = broken_rule(chosen.link); broken != rpmsg::link_rule::none) {
        return {fmt::format("no such link: {}", describe(broken))};
    }
    if (chosen.cells == 1 and chosen.link.host_base + chosen.link.size > 0x1'0000'0000) {
        return {"--cells 1 cannot hold the host's address of the block"};
    }
    return {};
}
} // namespace

auto parse(int count, char** arguments) -> rpmsg::host::outcome<options> {
    auto chosen = options{};
    chosen.link = demo::link;
    auto words = 0;
    for (int i = 1; i < count; ++i) {
        auto const option = std::string_view{arguments[i]};
        auto bad = failure{};
        if (option == "--help" or option == "-h") {
            chosen.help = true;
            return chosen;
        }
        if (option == "--table") {
            chosen.is_table = true;
        } else if (option == "--config" or option == "--offset" or option == "--cells") {
            bad = ++i == count ? failure{fmt::format("{} needs a value", option)} : set_option(chosen, option, arguments[i]);
        } else if (option.starts_with('-')) {
            bad.text = fmt::format("unknown option '{}'", option);
        } else {
            bad = set_word(chosen, option, words++);
        }
        if (not bad.text.empty()) {
            return bad;
        }
    }
    if (auto bad = check(chosen); not bad.text.empty()) {
        return bad;
    }
    return chosen;
}

} // namespace tool
