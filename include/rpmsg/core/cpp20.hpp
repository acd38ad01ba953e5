#pragma once

// Reached before anything else by whatever is included: one error that ends the compilation and says what is needed.
#if __cplusplus < 202002L
#include "rpmsg needs C++20: compile with -std=c++20 or later"
#endif
