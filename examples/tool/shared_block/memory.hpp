#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/region.hpp>

#include <cstddef>
#include <cstdint>

namespace doctor {

/// A copy of the shared block. Bytes outside of it read as 0.
class memory {
    rpmsg::const_bytes content_;

  public:
    explicit memory(rpmsg::const_bytes content) : content_{content} {}

    [[nodiscard]] auto size() const -> std::size_t { return content_.size(); }
    /// Returns the rest from an offset, which may be outside.
    [[nodiscard]] auto from(std::size_t offset) const -> memory {
        return memory{content_.subspan(offset < content_.size() ? offset : content_.size())};
    }
    template <rpmsg::wire_format T> [[nodiscard]] auto read(std::uint64_t offset) const -> T {
        if (not rpmsg::lies_inside(offset, sizeof(T), content_.size())) {
            return T{};
        }
        return rpmsg::load<T>(content_.subspan(offset));
    }
    [[nodiscard]] auto is_filled_with(std::byte value, std::uint64_t offset, std::uint64_t length) const -> bool {
        for (auto at = offset; at < offset + length and at < content_.size(); ++at) {
            if (content_[at] != value) {
                return false;
            }
        }
        return true;
    }
    [[nodiscard]] auto is_zero(std::uint64_t offset, std::uint64_t length) const -> bool {
        return is_filled_with(std::byte{0}, offset, length);
    }
};

} // namespace doctor
