// A platform for rpmsg-lite without caches and address translation: see rpmsg_lite.c and rpmsg_lite_echo.c.
#pragma once
#include "rpmsg_compiler.h"
#include "rpmsg_default_config.h"
#include <stdint.h>

// Theirs is an instruction of Arm.
#ifndef __arm__
#undef MEM_BARRIER
#define MEM_BARRIER() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif

#define VRING_ALIGN (64U)
#ifndef VRING_SIZE
#define VRING_SIZE (0x400UL)
#endif
#define RL_VRING_OVERHEAD (2UL * VRING_SIZE)
#define RL_PLATFORM_MAX_ISR_COUNT (32U)
#define RL_PLATFORM_HIGHEST_LINK_ID (0U)
#define RL_GET_VQ_ID(link_id, queue_id) (((queue_id)&0x1U) | (((link_id) << 1U) & 0xFFFFFFFEU))
#define RL_GET_LINK_ID(id) (((id)&0xFFFFFFFEU) >> 1U)
#define RL_GET_Q_ID(id) ((id)&0x1U)

int32_t platform_init(void);
int32_t platform_deinit(void);
int32_t platform_init_interrupt(uint32_t vector, void* data);
int32_t platform_deinit_interrupt(uint32_t vector);
int32_t platform_interrupt_enable(uint32_t vector);
int32_t platform_interrupt_disable(uint32_t vector);
int32_t platform_in_isr(void);
void platform_notify(uint32_t vector);
void platform_time_delay(uint32_t milliseconds);
void platform_map_mem_region(uint32_t virtual_start, uint32_t start, uint32_t size, uint32_t flags);
void platform_cache_all_flush_invalidate(void);
void platform_cache_disable(void);
void platform_cache_flush(void* data, uint32_t size);
void platform_cache_invalidate(void* data, uint32_t size);
uint32_t platform_vatopa(void* address);
void* platform_patova(uint32_t address);
