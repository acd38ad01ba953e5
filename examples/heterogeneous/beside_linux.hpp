#pragma once

/// The same chip beside Linux itself, with its own driver: Linux <- VirtIO -> bridge <- SPI -> A <- VirtIO -> B. Returns the exit
/// status.
auto run_beside_linux(int count, char** arguments) -> int;
