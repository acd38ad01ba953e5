#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace capture {

/// A new folder for files of a test, removed at the end.
class folder {
    std::filesystem::path path_{};

  public:
    folder() {
        auto name = (std::filesystem::temp_directory_path() / "rpmsg-capture-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~folder() { std::filesystem::remove_all(path_); }
    folder(folder const&) = delete;
    auto operator=(folder const&) -> folder& = delete;

    [[nodiscard]] auto path(std::string const& name) const -> std::string { return (path_ / name).string(); }
};

} // namespace capture
