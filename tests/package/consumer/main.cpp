#include "every_header.hpp"
#include "web_root_image.hpp"

// The image of the folder, read by the compiler.
constexpr bool holds(std::string_view path, std::string_view expected) {
    auto store = rpmsg::image_store{web_root_image};
    auto file = rpmsg::image_store::file{};
    auto into = std::array<std::byte, 100>{};
    if (store.open(path, {.read = true}, 0, file) != rpmsg::file_error::none) {
        return false;
    }
    auto const size = *store.read(file, 0, into);
    auto is_same = size == expected.size();
    for (std::size_t i = 0; is_same and i < size; ++i) {
        is_same = into[i] == static_cast<std::byte>(expected[i]);
    }
    return is_same;
}
static_assert(web_root_image.size() == 6);
static_assert(holds("sub/folder/text", "first line\n[1;2] \\ \"\n"));
static_assert(holds("two words", "x") and holds("empty", "") and holds(".hidden", ""));
static_assert(rpmsg::image_store{web_root_image}.status_of("sub/folder")->type == rpmsg::file_type::directory);

int main() { return 0; }
