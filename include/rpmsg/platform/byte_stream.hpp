#pragma once

#include <rpmsg/core/bytes.hpp>

#include <concepts>
#include <cstddef>

namespace rpmsg {

/// The sending half of a serial line: a UART with a FIFO or DMA, a pseudo terminal. `write` accepts as many bytes from the
/// front as it has room for, returns their number and never waits. Received bytes are passed to the transport or read by it.
template <typename T>
concept byte_stream = requires(T& line, const_bytes out) {
    { line.write(out) } -> std::same_as<std::size_t>;
};

/// A line whose received bytes `poll` reads itself: `read` returns their number, 0 for none, and never waits.
template <typename T>
concept readable_byte_stream = byte_stream<T> and requires(T& line, bytes in) {
    { line.read(in) } -> std::same_as<std::size_t>;
};

/// Refers to a line that is stored outside of the transport.
template <typename Stream> class byte_stream_ref {
    static_assert(byte_stream<Stream>);
    Stream* line_;

  public:
    constexpr byte_stream_ref(Stream& line) : line_{&line} {}
    constexpr auto write(const_bytes out) -> std::size_t { return line_->write(out); }
    constexpr auto read(bytes in) -> std::size_t requires readable_byte_stream<Stream> { return line_->read(in); }
};

namespace archetypes {
struct byte_stream {
    auto write(const_bytes) -> std::size_t;
};
} // namespace archetypes
static_assert(byte_stream<archetypes::byte_stream> and not readable_byte_stream<archetypes::byte_stream>);
static_assert(byte_stream<byte_stream_ref<archetypes::byte_stream>>);

} // namespace rpmsg
