#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace rpmsg::host {

/// An error of the operating system or of an object that another process made: one readable line that names the object and the
/// remedy.
struct failure {
    std::string text;
};

/// The system's words for an error number; several threads may ask at once.
[[nodiscard]] inline auto words_of(int error) -> std::string { return std::generic_category().message(error); }

/// A value or a failure. Nothing in host/ throws.
template <typename T> class [[nodiscard]] outcome {
    std::optional<T> value_{};
    failure failure_{};

  public:
    outcome(T value) : value_{std::move(value)} {}
    outcome(failure why) : failure_{std::move(why)} {}

    [[nodiscard]] auto has_value() const -> bool { return value_.has_value(); }
    explicit operator bool() const { return has_value(); }
    [[nodiscard]] auto operator*() -> T& { return *value_; }
    [[nodiscard]] auto operator->() -> T* { return &*value_; }
    /// Returns the text of the failure; empty when there is a value.
    [[nodiscard]] auto error() const -> std::string const& { return failure_.text; }
};

} // namespace rpmsg::host
