#pragma once

extern "C" [[gnu::format(printf, 1, 2)]] void printk(char const* format, ...);
