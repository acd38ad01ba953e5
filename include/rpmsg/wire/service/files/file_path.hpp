#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/service/files/file_error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg::wire {

/// A path out of a message of the peer, with at most `Longest` characters, copied once. It is relative to the root of a store:
/// "a/b" for "/a//b/", and empty for the root itself.
template <std::uint32_t Longest> class file_path {
    std::array<char, Longest + 1> text_{}; ///< a NUL follows, for calls of C
    std::size_t size_{};
    std::size_t told_{}; ///< characters in the message

    /// Adds the parts of a path; `..` is refused, even where it would not leave the root.
    constexpr auto add_parts(std::string_view path) -> file_error {
        while (not path.empty()) {
            auto const part = std::string_view{path.data(), std::min(path.find('/'), path.size())};
            path.remove_prefix(part.size() == path.size() ? part.size() : part.size() + 1);
            if (part == "..") {
                return file_error::no_access;
            }
            if (part.empty() or part == ".") {
                continue;
            }
            if (size_ != 0) {
                text_[size_++] = '/';
            }
            for (auto const c : part) {
                text_[size_++] = c;
            }
        }
        text_[size_] = '\0';
        return file_error::none;
    }

  public:
    /// Reads a path up to its NUL. Clients of NuttX send bytes behind it that mean nothing. Errors: `invalid` for a path
    /// without NUL or an empty one; `name_too_long`; `no_access` for one with a part `..`.
    [[nodiscard]] constexpr auto read(const_bytes from) -> file_error {
        size_ = told_ = 0;
        auto raw = std::array<char, Longest + 1>{};
        for (auto at = std::size_t{}; at < from.size(); ++at) {
            auto const c = static_cast<char>(fetch<std::byte>(from, at));
            if (c == '\0') {
                return at == 0 ? file_error::invalid : add_parts({raw.data(), at});
            }
            if (at == Longest) {
                return file_error::name_too_long;
            }
            raw[at] = c;
            told_ = at + 1;
        }
        return file_error::invalid;
    }
    [[nodiscard]] constexpr auto view() const -> std::string_view { return {text_.data(), size_}; }
    /// The number of characters that the path had in the message.
    [[nodiscard]] constexpr auto told() const -> std::size_t { return told_; }
};

} // namespace rpmsg::wire
