#pragma once

namespace tool {

/// Reads the arguments and runs the command that they name; returns its exit status. --help, --man and --completion, which
/// prints a script for bash, come from the same description.
auto run_arguments(int count, char** arguments) -> int;

} // namespace tool
