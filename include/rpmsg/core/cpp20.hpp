#pragma once

// Every public header includes this file first: with an older standard one error ends the compilation and names the standard.
#if __cplusplus < 202002L
#include "rpmsg needs C++20: compile with -std=c++20 or later"
#endif
