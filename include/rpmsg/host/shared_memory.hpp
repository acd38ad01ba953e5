#pragma once

#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/platform/mapped_region.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace rpmsg::host {

/// The users with whom a process may share memory.
enum class shared_by : std::uint8_t { own_user, any_user };

/// A named block of memory that processes of this machine share: /dev/shm/NAME. The first process creates it, zeroed; a block
/// of another layout or version is refused with a text. It outlives its processes until `remove`, so that a side that was
/// killed finds the link again. A process that may open it may also make it smaller, which ends its users with SIGBUS (the
/// system cannot seal memory that has a name). It is therefore for processes of one user: a block that belongs to another user,
/// or that others may write to, is refused unless `shared_by::any_user` permits it.
class shared_memory {
    static constexpr std::uint64_t magic = 0x316d'6873'6773'7072; // "rpsgshm1" in memory
    static constexpr std::uint32_t layout_version = 1;
    static constexpr std::uint32_t first_byte = 4096;
    static constexpr ticks patience = 1000;

    /// The header of the object, in front of the block. Written once, under the lock.
    struct label {
        std::uint64_t magic;
        std::uint32_t version;
        std::uint32_t size;
        std::uint32_t fingerprint;
    };
    /// Bytes of the file whose locks have a meaning. The kernel releases the locks of a process that ended.
    enum lock_byte : off_t { opening, attached, first_role };

    std::string name_{};
    int fd_{-1};
    std::byte* start_{};
    std::uint32_t size_{};
    bool was_unused_{};

    shared_memory(std::string name, int fd) : name_{std::move(name)}, fd_{fd} {}

    [[nodiscard]] auto lock(off_t which, short kind) const -> bool {
        struct flock what {};
        what.l_type = kind;
        what.l_whence = SEEK_SET;
        what.l_start = which;
        what.l_len = 1;
        return fcntl(fd_, F_OFD_SETLK, &what) == 0;
    }
    [[nodiscard]] auto lock_in_time(off_t which, short kind) const -> bool {
        auto const deadline = steady_clock::now() + patience;
        while (not lock(which, kind)) {
            if (has_passed(deadline, steady_clock::now())) {
                return false;
            }
            usleep(500);
        }
        return true;
    }

    [[nodiscard]] auto refuse(std::string const& what) const -> failure { return {"shared memory " + name_ + " " + what}; }
    [[nodiscard]] auto refuse_call(char const* call) const -> failure {
        return refuse(std::string{"cannot be used: "} + call + ": " + words_of(errno));
    }
    [[nodiscard]] auto refuse_stale(std::string const& what) const -> failure {
        return refuse(what + "; remove it with: rm /dev/shm/" + name_ + ", or choose another name");
    }

    [[nodiscard]] auto total() const -> std::size_t { return std::size_t{first_byte} + size_; }

    [[nodiscard]] auto map() -> bool {
        auto* const at = mmap(nullptr, total(), PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
        start_ = at == MAP_FAILED ? nullptr : static_cast<std::byte*>(at);
        return start_ != nullptr;
    }

    /// Checks the label of an object, which any process may have made.
    [[nodiscard]] auto check(std::uint32_t fingerprint) const -> failure {
        auto found = label{};
        auto const got = pread(fd_, &found, sizeof(found), 0);
        if (got != static_cast<ssize_t>(sizeof(found)) or found.magic != magic) {
            return refuse_stale("exists and is not a block of this library");
        }
        if (found.version != layout_version) {
            return refuse_stale("is of version " + std::to_string(found.version) + ", this program needs version " +
                                std::to_string(layout_version));
        }
        if (found.size != size_) {
            return refuse_stale("holds " + std::to_string(found.size) + " bytes, this program needs " + std::to_string(size_));
        }
        if (found.fingerprint != fingerprint) {
            return refuse_stale("was made for a link of another configuration");
        }
        return {};
    }

    /// Called under the opening lock: creates the block or attaches the existing one. A creator that ended too early leaves no
    /// magic.
    [[nodiscard]] auto make_or_check(std::uint32_t fingerprint) -> failure {
        struct stat found {};
        if (fstat(fd_, &found) != 0) {
            return refuse_call("fstat");
        }
        auto const whole = found.st_size == static_cast<off_t>(total());
        auto written = std::uint64_t{};
        auto const unfinished =
            whole and pread(fd_, &written, sizeof(written), 0) == static_cast<ssize_t>(sizeof(written)) and written == 0;
        if (found.st_size != 0 and not unfinished) {
            if (auto bad = check(fingerprint); not bad.text.empty()) {
                return bad;
            }
            if (not whole) {
                return refuse_stale("is shorter than it says");
            }
            return map() ? failure{} : refuse_call("mmap");
        }
        errno = posix_fallocate(fd_, 0, static_cast<off_t>(total()));
        if (errno != 0 or not map()) {
            auto bad = refuse_call("posix_fallocate or mmap");
            remove();
            return bad;
        }
        auto* const mine = reinterpret_cast<label*>(start_);
        *mine = {.magic = 0, .version = layout_version, .size = size_, .fingerprint = fingerprint};
        __atomic_store_n(&mine->magic, magic, __ATOMIC_RELEASE);
        return {};
    }

    /// Opens the existing object or creates one; returns -1 when another process was faster.
    static auto open_object(std::string const& path) -> int {
        auto const found = shm_open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
        return found >= 0 or errno != ENOENT ? found
                                             : shm_open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    }
    [[nodiscard]] auto check_owner(shared_by whom) const -> failure {
        struct stat found {};
        if (fstat(fd_, &found) != 0) {
            return refuse_call("fstat");
        }
        if (not S_ISREG(found.st_mode)) {
            return refuse_stale("exists and is no memory");
        }
        if (whom == shared_by::any_user) {
            return {};
        }
        if (found.st_uid != geteuid()) {
            return refuse("belongs to user " + std::to_string(found.st_uid) + ", this process runs as user " +
                          std::to_string(geteuid()) + "; choose another name, or ask for memory that any user shares");
        }
        if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
            return refuse("may be written to by other users; keep them out with: chmod 600 /dev/shm/" + name_ +
                          ", or ask for memory that any user shares");
        }
        return {};
    }

    [[nodiscard]] auto is_removed() const -> bool {
        struct stat found {};
        return fstat(fd_, &found) == 0 and found.st_nlink == 0;
    }

  public:
    shared_memory(shared_memory&& other) noexcept
        : name_{std::move(other.name_)}, fd_{std::exchange(other.fd_, -1)}, start_{std::exchange(other.start_, nullptr)},
          size_{other.size_}, was_unused_{other.was_unused_} {}
    shared_memory(shared_memory const&) = delete;
    auto operator=(shared_memory const&) -> shared_memory& = delete;
    ~shared_memory() {
        if (start_ != nullptr) {
            munmap(start_, total());
        }
        if (fd_ >= 0) {
            close(fd_);
        }
    }

    /// Creates or attaches the block `name` of `size` bytes. The fingerprint identifies the content, as
    /// `vring_config::fingerprint` does: a block with another one is refused.
    static auto open(std::string const& name, std::uint32_t size, std::uint32_t fingerprint,
                     shared_by whom = shared_by::own_user) -> outcome<shared_memory> {
        if (name.empty() or name.find('/') != std::string::npos or name.size() > 200) {
            return failure{"'" + name + "' is no name for shared memory: 1 to 200 characters without a slash"};
        }
        auto const deadline = steady_clock::now() + patience;
        while (true) {
            auto memory = shared_memory{name, open_object("/" + name)};
            memory.size_ = size;
            if (memory.fd_ < 0) {
                if (errno == EEXIST and not has_passed(deadline, steady_clock::now())) {
                    continue;
                }
                return memory.refuse_call("shm_open");
            }
            if (auto bad = memory.check_owner(whom); not bad.text.empty()) {
                return bad;
            }
            if (not memory.lock_in_time(opening, F_WRLCK)) {
                return memory.refuse("is locked by a process that stands still; end it, or choose another name");
            }
            if (memory.is_removed() and not has_passed(deadline, steady_clock::now())) {
                continue;
            }
            auto bad = memory.make_or_check(fingerprint);
            memory.was_unused_ = memory.lock(attached, F_WRLCK);
            if (bad.text.empty() and not memory.lock(attached, F_RDLCK)) {
                bad = memory.refuse_call("fcntl");
            }
            (void)memory.lock(opening, F_UNLCK);
            if (not bad.text.empty()) {
                return bad;
            }
            return memory;
        }
    }

    /// Takes one of the roles 0 to 15 for the lifetime of this object; false while another process has it.
    [[nodiscard]] auto claim(unsigned role) -> bool { return lock(first_role + static_cast<off_t>(role), F_WRLCK); }

    /// Removes the name; processes that have the block keep it.
    auto remove() -> void { shm_unlink(("/" + name_).c_str()); }
    /// Ends the use of the block by this process: the last process removes the name. The memory stays mapped.
    auto leave() -> void {
        if (lock_in_time(opening, F_WRLCK)) {
            if (lock(attached, F_WRLCK) and not is_removed()) {
                remove();
            }
            (void)lock(attached, F_UNLCK);
            (void)lock(opening, F_UNLCK);
        }
    }

    [[nodiscard]] auto name() const -> std::string const& { return name_; }
    [[nodiscard]] auto size() const -> std::uint32_t { return size_; }
    /// Returns whether no other process had the block when this one opened it: its content is new, or was left by processes
    /// that have ended.
    [[nodiscard]] auto was_unused() const -> bool { return was_unused_; }
    /// Returns the block; its start is aligned to a page.
    [[nodiscard]] auto block() const -> bytes { return {start_ + first_byte, size_}; }
    /// Returns the first `size` bytes of the block, for a link.
    [[nodiscard]] auto region(std::uint32_t size) const -> mapped_region<> { return {start_ + first_byte, size}; }
    /// Returns the T at `offset` bytes from the start. All bytes zero must be a valid T.
    template <typename T> [[nodiscard]] auto at(std::uint32_t offset) const -> T& {
        expects(offset % alignof(T) == 0 and lies_inside(offset, sizeof(T), size_));
        return *reinterpret_cast<T*>(start_ + first_byte + offset);
    }
};

} // namespace rpmsg::host
