#pragma once

#include <rpmsg/host/serial/tty.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

/// A program that uses the console, as a person would: it lets the firmware count, and compares more than 1 MiB of output.
class reader {
    static constexpr auto command = std::string_view{"echo begin\ncount 200000\necho end\n"};
    static constexpr rpmsg::ticks patience = 20'000;

    rpmsg::host::outcome<rpmsg::host::tty> line_;
    std::string expected_ = "begin\n";
    std::size_t read_{};
    std::size_t wrong_{};
    rpmsg::ticks last_ = rpmsg::host::steady_clock::now(); ///< when bytes came last

  public:
    explicit reader(std::string const& path) : line_{rpmsg::host::tty::open(path, 115'200)} {
        for (auto i = 0; i < 200'000; ++i) {
            expected_ += std::to_string(i) + '\n';
        }
        expected_ += "end\n";
        wrong_ = line_ and line_->write(std::as_bytes(std::span{command})) == command.size() ? 0 : 1;
    }
    [[nodiscard]] auto is_running() const -> bool {
        return read_ < expected_.size() and wrong_ == 0 and rpmsg::host::steady_clock::now() - last_ < patience;
    }
    auto turn() -> void {
        auto piece = std::array<std::byte, 4096>{};
        auto const size = line_->read(piece);
        for (auto i = std::size_t{}; i < size and read_ < expected_.size(); ++i, ++read_) {
            wrong_ += piece[i] != static_cast<std::byte>(expected_[read_]) ? 1u : 0u;
        }
        last_ = size != 0 ? rpmsg::host::steady_clock::now() : last_;
    }
    [[nodiscard]] auto status() const -> int {
        std::printf("%zu of %zu bytes came, %zu wrong\n", read_, expected_.size(), wrong_);
        return read_ == expected_.size() and wrong_ == 0 ? 0 : 1;
    }
};
