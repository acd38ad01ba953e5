#pragma once

#include <rpmsg/service/tty/tty.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

/// The console of a firmware, on a terminal of the link, with three commands. It stores one line, whatever comes.
class shell {
    rpmsg::tty<"rpmsg-ttyconsole">* terminal_;
    std::array<char, 64> line_{};
    std::size_t size_{};
    std::uint32_t next_{}; ///< the lines that `count` has still to print: from this one
    std::uint32_t end_{};  ///< up to that one

    auto print(auto& link, std::string_view text) -> void { (void)terminal_->write(link, std::as_bytes(std::span{text})); }
    auto execute(auto& link, std::string_view command) -> void {
        if (command.starts_with("echo ")) {
            print(link, {command.data() + 5, command.size() - 5});
            print(link, "\n");
        } else if (command.starts_with("count ")) {
            next_ = 0;
            (void)std::from_chars(command.data() + 6, command.data() + command.size(), end_);
        } else if (not command.empty()) {
            print(link, "help, echo TEXT, count LINES\n");
        }
    }

  public:
    constexpr explicit shell(rpmsg::tty<"rpmsg-ttyconsole">& terminal) : terminal_{&terminal} {}

    /// Call it after each poll. It reads on when there is room for an answer.
    auto turn(auto& link) -> void {
        while (terminal_->writable() >= line_.size() + 1) {
            if (next_ < end_) {
                auto text = std::array<char, 11>{};
                *std::to_chars(text.data(), text.data() + 10, next_++).ptr = '\n';
                print(link, {text.data(), std::string_view{text.data(), text.size()}.find('\n') + 1});
                continue;
            }
            auto c = std::array<char, 1>{};
            if (terminal_->read(link, std::as_writable_bytes(std::span{c})) == 0) {
                return;
            }
            if (c[0] == '\n' or c[0] == '\r') {
                execute(link, {line_.data(), std::exchange(size_, 0)});
            } else if (size_ < line_.size()) {
                line_[size_++] = c[0];
            }
        }
    }
};
