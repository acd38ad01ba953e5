#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// Searches of small models: a model is a link with users that are written for one subject, and it is asked to take a turn after
/// another. What happens in a turn is decided by numbers, so that the search makes up plays, shortens them, and tries all of them.
namespace state_search {

/// The numbers of one turn. Nested calls take theirs from the same turn.
class turn {
  public:
    static constexpr std::size_t most = 20;
    std::array<std::uint32_t, most> values{};
    std::array<std::uint32_t, most> limits{}; ///< of the numbers that were asked for
    std::size_t asked{};

    /// The next number, below `limit`; 0 when all were taken.
    auto below(std::uint32_t limit) -> std::uint32_t {
        if (asked == most) {
            return 0;
        }
        limits[asked] = limit;
        return values[asked++] % limit;
    }
};

class small_model {
    std::string wrong_{};
    std::string said_{};

  public:
    virtual ~small_model() = default;
    /// The users of the link do something, of which each step is told with `say`.
    virtual auto take(turn& numbers) -> void = 0;
    /// Lets the link come to rest and checks what must hold at the end.
    virtual auto finish() -> void = 0;

    auto say(std::string const& what) -> void { said_ += what; }
    auto complain(std::string what) -> void {
        if (wrong_.empty()) {
            wrong_ = std::move(what);
        }
    }
    [[nodiscard]] auto is_wrong() const -> bool { return not wrong_.empty(); }
    [[nodiscard]] auto wrong() const -> std::string const& { return wrong_; }
    [[nodiscard]] auto said() const -> std::string const& { return said_; }
};

using small_maker = std::unique_ptr<small_model> (*)();
template <typename Model> auto make_small() -> std::unique_ptr<small_model> { return std::make_unique<Model>(); }

/// Plays turns of random numbers. Returns an empty string, or what was done in the shortest play that fails, a line for each
/// turn, with its fault.
auto search_small(small_maker make, std::uint64_t seed, std::uint32_t plays, std::uint32_t longest = 12) -> std::string;
/// Plays all sequences of that many turns.
auto search_all_small(small_maker make, std::size_t turns) -> std::string;

} // namespace state_search
