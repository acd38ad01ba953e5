#pragma once

namespace tool::interrupt {

/// Lets SIGINT, SIGTERM and SIGHUP end the command in order, and a closed pipe be an error of the write.
auto install() -> void;
/// Whether one of them came.
[[nodiscard]] auto is_asked() -> bool;
/// Readable from then on.
[[nodiscard]] auto descriptor() -> int;

} // namespace tool::interrupt
