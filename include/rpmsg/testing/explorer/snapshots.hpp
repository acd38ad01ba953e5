#pragma once

#include <rpmsg/testing/explorer/fiber.hpp>
#include <rpmsg/testing/explorer/state_set.hpp>
#include <rpmsg/testing/explorer/weak_memory.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace rpmsg::testing {

/// A stack of copies of everything on which the future of the programs depends: plain memory, a memory model, fibers.
class snapshots {
    std::vector<std::span<std::byte>> plain_{};
    std::vector<fiber*> fibers_{};
    weak_memory* model_{};
    std::vector<std::byte> saved_{};

    auto put(std::span<std::byte const> part) -> void { saved_.insert(saved_.end(), part.begin(), part.end()); }
    auto put_sized(std::span<std::byte const> part) -> void {
        auto const size = part.size();
        put(std::as_bytes(std::span{&size, 1}));
        put(part);
    }

  public:
    explicit snapshots(weak_memory& model) : model_{&model} {}

    auto keep(std::span<std::byte> memory) -> void { plain_.push_back(memory); }
    auto keep(fiber& each) -> void { fibers_.push_back(&each); }

    /// Copies everything and returns the position of the copy.
    auto save() -> std::size_t {
        auto const at = saved_.size();
        for (auto const& each : plain_) {
            put(each);
        }
        put(model_->head());
        put(model_->tail());
        for (auto* const each : fibers_) {
            put_sized(each->live());
        }
        return at;
    }

    /// Writes a copy back.
    auto restore(std::size_t at) -> void {
        auto const get = [&](std::span<std::byte> part) {
            if (not part.empty()) {
                std::memcpy(part.data(), saved_.data() + at, part.size());
            }
            at += part.size();
        };
        auto const get_size = [&] {
            auto size = std::size_t{};
            get(std::as_writable_bytes(std::span{&size, 1}));
            return size;
        };
        for (auto const& each : plain_) {
            get(each);
        }
        get(model_->head());
        get(model_->tail());
        for (auto* const each : fibers_) {
            each->unguard();
            get(each->rewind(get_size()));
        }
    }

    /// Removes a copy and all later ones.
    auto drop(std::size_t at) -> void { saved_.resize(at); }

    /// Returns a digest, which is equal whenever all contents are equal.
    [[nodiscard]] auto fingerprint() -> std::uint64_t {
        auto hash = std::uint64_t{1};
        for (auto const& each : plain_) {
            hash = digest(each, hash);
        }
        hash = digest(model_->head(), hash);
        hash = digest(model_->tail(), hash);
        for (auto* const each : fibers_) {
            hash = digest(each->live(), hash);
        }
        return hash;
    }
};

} // namespace rpmsg::testing
