// What the sample takes of Zephyr, with the signatures of its documentation: https://docs.zephyrproject.org
#pragma once

#include <cstdint>

struct k_timeout_t {
    std::int64_t ticks;
};
#define K_MSEC(ms) (k_timeout_t{ms})

struct k_sem {
    unsigned count;
};
extern "C" int k_sem_init(k_sem* sem, unsigned initial_count, unsigned limit);
extern "C" void k_sem_give(k_sem* sem);
extern "C" int k_sem_take(k_sem* sem, k_timeout_t timeout);
