#pragma once

#include <unistd.h>
#include <utility>

namespace rpmsg::host {

/// A file descriptor that closes when its owner goes; -1 is none.
class descriptor {
    int number_{-1};

  public:
    descriptor() = default;
    explicit descriptor(int number) : number_{number} {}
    descriptor(descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    auto operator=(descriptor&& other) noexcept -> descriptor& {
        std::swap(number_, other.number_);
        other.close();
        return *this;
    }
    ~descriptor() { close(); }

    explicit operator bool() const { return number_ >= 0; }
    [[nodiscard]] auto number() const -> int { return number_; }
    auto close() -> void {
        if (number_ >= 0) {
            ::close(std::exchange(number_, -1));
        }
    }
};

} // namespace rpmsg::host
