#pragma once

#include <cstdint>
#include <zephyr/device.h>

using ipm_callback_t = void (*)(device const* ipmdev, void* user_data, std::uint32_t id, void volatile* data);
extern "C" int ipm_send(device const* ipmdev, int wait, std::uint32_t id, void const* data, int size);
extern "C" void ipm_register_callback(device const* ipmdev, ipm_callback_t cb, void* user_data);
extern "C" int ipm_set_enabled(device const* ipmdev, int enable);
