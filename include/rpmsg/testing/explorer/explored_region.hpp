#pragma once

#include <rpmsg/core/expects.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/testing/explorer/explorer.hpp>
#include <rpmsg/testing/explorer/site_name.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rpmsg::testing {

/// The shared memory of the cores of an explorer. Bytes registered with `guard` are data whose accesses the words around them
/// must order: an unordered access is a data race. Every other byte belongs to a word of the size with which it is accessed.
///
/// Before the exploration it is plain memory, so that a test can bring both ends into the initial situation.
class explored_memory {
    static constexpr std::uint8_t none = 0xff;

    explorer* engine_;
    std::vector<std::byte> storage_;
    std::vector<std::uint8_t> words_;
    std::vector<std::uint8_t> sizes_;
    std::vector<std::uint8_t> cells_;
    std::vector<std::string> names_{};
    std::uint32_t next_word_{};
    std::array<ordering, static_cast<std::size_t>(site::count_)> orders_{};
    std::uint32_t victim_ = exploration_options::nobody;
    std::array<std::vector<std::uint32_t>, 5> lies_{};

    static auto strength(order how) -> ordering {
        switch (how) {
        case order::acquire: return ordering::acquire;
        case order::release: return ordering::release;
        case order::full: return ordering::full;
        default: return ordering::relaxed;
        }
    }
    [[nodiscard]] auto order_at(site where) const -> ordering { return orders_[static_cast<std::size_t>(where)]; }
    auto word_at(std::uint32_t offset, std::size_t size) -> std::uint32_t {
        if (words_[offset] == none) {
            if (next_word_ == weak_memory::max_words) {
                engine_->fail("more words than the explorer can hold");
            }
            words_[offset] = static_cast<std::uint8_t>(next_word_++);
            sizes_[offset] = static_cast<std::uint8_t>(size);
        }
        if (sizes_[offset] != size) {
            engine_->fail("one word is accessed with different sizes");
        }
        return words_[offset];
    }
    auto note(site where, std::uint32_t offset, char const* verb, std::uint32_t value) -> void {
        if (engine_->is_tracing()) {
            engine_->note(std::string{describe(where)} + " at " + std::to_string(offset) + verb + std::to_string(value));
        }
    }
    auto note_use(std::string const& name) -> void {
        if (engine_->is_tracing()) {
            engine_->note("uses " + name);
        }
    }
    [[nodiscard]] auto is_explored() const -> bool { return engine_->core() != exploration_options::nobody; }
    auto peek(std::uint32_t offset, std::size_t size) const -> std::uint32_t {
        auto value = std::uint32_t{};
        std::memcpy(&value, storage_.data() + offset, size);
        return value;
    }
    auto poke(std::uint32_t offset, std::uint32_t value, std::size_t size) -> void {
        std::memcpy(storage_.data() + offset, &value, size);
    }

  public:
    explored_memory(explorer& engine, std::uint32_t size)
        : engine_{&engine}, storage_(size), words_(size, none), sizes_(size), cells_(size, none) {
        engine.keep(storage_);
        for (std::size_t i = 0; i < orders_.size(); ++i) {
            orders_[i] = strength(order_of(static_cast<site>(i)));
        }
    }

    /// Registers bytes that no two cores may access without order; the report of a race contains `name`.
    auto guard(std::uint32_t offset, std::uint32_t size, std::string name) -> void {
        expects(names_.size() < weak_memory::max_cells and lies_inside(offset, size, storage_.size()));
        std::fill_n(cells_.begin() + offset, size, static_cast<std::uint8_t>(names_.size()));
        names_.push_back(std::move(name));
    }
    /// Returns an order one step weaker than that of a site: no order, or for a full fence one that lets loads pass earlier
    /// stores.
    [[nodiscard]] static auto weaker(site where) -> ordering {
        return order_of(where) == order::full ? ordering::acquire_release : ordering::relaxed;
    }
    /// Changes the order of the accesses at a site.
    auto reorder(site where, ordering how) -> void { orders_[static_cast<std::size_t>(where)] = how; }
    /// Lets this core load any of these values, if it fits, from every word of its peer at any time.
    auto lie_to(std::uint32_t core, std::span<std::uint32_t const> values) -> void {
        victim_ = core;
        for (auto const size : {1u, 2u, 4u}) {
            for (auto const each : values) {
                if (size == 4 or each >> 8 * size == 0) {
                    lies_[size].push_back(each);
                }
            }
        }
    }

    [[nodiscard]] auto size() const -> std::uint32_t { return static_cast<std::uint32_t>(storage_.size()); }

    auto load(site where, std::uint32_t offset, std::size_t size) -> std::uint32_t {
        expects(offset % size == 0 and lies_inside(offset, size, storage_.size()));
        auto value = std::uint32_t{};
        if (not is_explored()) {
            return peek(offset, size);
        }
        if (engine_->core() == victim_ and loads_from_peer(where)) {
            auto const& lies = lies_[size];
            value = lies[engine_->pick(static_cast<std::uint32_t>(lies.size()))];
        } else if (cells_[offset] != none) {
            engine_->read(cells_[offset], names_[cells_[offset]]);
            value = peek(offset, size);
        } else {
            value = engine_->load(word_at(offset, size), order_at(where), peek(offset, size));
        }
        note(where, offset, " is ", value);
        return value;
    }
    auto store(site where, std::uint32_t offset, std::uint32_t value, std::size_t size) -> void {
        expects(offset % size == 0 and lies_inside(offset, size, storage_.size()));
        if (not is_explored()) {
            poke(offset, value, size);
            return;
        }
        if (cells_[offset] != none) {
            engine_->write(cells_[offset], names_[cells_[offset]]);
            poke(offset, value, size);
        } else {
            engine_->store(word_at(offset, size), order_at(where), value, peek(offset, size));
        }
        note(where, offset, " becomes ", value);
    }
    auto fence(site where) -> void {
        if (is_explored()) {
            engine_->fence(order_at(where));
            note(where, 0, ": fence ", 0);
        }
    }
    auto view(std::uint32_t offset, std::uint32_t size) -> bytes {
        if (not lies_inside(offset, size, storage_.size())) {
            return {};
        }
        auto const part = bytes{storage_}.subspan(offset, size);
        touch(part);
        return part;
    }
    /// Records a use of bytes that `view` returned. It counts as a write, because no other core may use them at that time.
    auto touch(const_bytes part) -> void {
        if (not is_explored()) {
            return;
        }
        auto last = none;
        auto const first = static_cast<std::size_t>(part.data() - storage_.data());
        for (auto at = first; at < first + part.size(); ++at) {
            if (cells_[at] != last and cells_[at] != none) {
                engine_->write(cells_[at], names_[cells_[at]]);
                note_use(names_[cells_[at]]);
            }
            last = cells_[at];
        }
    }
};

/// A region of explored memory that serves all cores: the explorer knows which core runs.
class explored_region {
    explored_memory* memory_{};

  public:
    explored_region(explored_memory& memory) : memory_{&memory} {}

    [[nodiscard]] auto size() const -> std::uint32_t { return memory_->size(); }
    template <site Site, typename T> [[nodiscard]] auto load(std::uint32_t offset) -> T {
        return static_cast<T>(memory_->load(Site, offset, sizeof(T)));
    }
    template <site Site, typename T> auto store(std::uint32_t offset, T value) -> void {
        memory_->store(Site, offset, value, sizeof(T));
    }
    template <site Site> auto fence() -> void { memory_->fence(Site); }
    [[nodiscard]] auto view(std::uint32_t offset, std::uint32_t size) -> bytes { return memory_->view(offset, size); }
    auto clean(std::uint32_t, std::uint32_t) -> void {}
    auto invalidate(std::uint32_t, std::uint32_t) -> void {}
    /// Records a use of bytes of a view.
    auto touch(const_bytes part) -> void { memory_->touch(part); }
};
static_assert(region<explored_region>);

} // namespace rpmsg::testing
