// A remote core that answers each message, done by rpmsg-lite from a copy of its sources that the user names: the same work as
// emulated/echo.cpp, and with IMAGE as size/echo.cpp. Its lock masks the interrupts by PRIMASK, as ours does; without MASK_INTERRUPTS
// it is rpmsg-lite's own for a program without a system, which does nothing.
#include "rpmsg_lite.h"
#include "rpmsg_ns.h"
#include "rpmsg_platform.h"
#include "virtqueue.h"
#include <stdbool.h>
#include <stdint.h>

#ifdef IMAGE
#define SHARED_START 0x20010000u
#define DOORBELL 0x40000000u
#else
#define DOORBELL (SHARED_START + 0x2400)
#endif

#ifdef MASK_INTERRUPTS
static uint32_t primask;
void env_lock_mutex(void* lock) {
    (void)lock;
    uint32_t before;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before)::"memory");
    primask = before;
}
void env_unlock_mutex(void* lock) {
    (void)lock;
    __asm__ volatile("msr primask, %0" ::"r"(primask) : "memory");
}
#endif

int32_t platform_init(void) { return 0; }
int32_t platform_deinit(void) { return 0; }
int32_t platform_init_interrupt(uint32_t vector, void* data) {
    env_register_isr(vector, data);
    return 0;
}
int32_t platform_deinit_interrupt(uint32_t vector) {
    env_unregister_isr(vector);
    return 0;
}
int32_t platform_interrupt_enable(uint32_t vector) { return (int32_t)vector; }
int32_t platform_interrupt_disable(uint32_t vector) { return (int32_t)vector; }
int32_t platform_in_isr(void) { return 0; }
void platform_notify(uint32_t vector) { *(uint32_t volatile*)DOORBELL = vector; }
void platform_time_delay(uint32_t milliseconds) { (void)milliseconds; }
void platform_map_mem_region(uint32_t v, uint32_t p, uint32_t size, uint32_t flags) {
    (void)v, (void)p, (void)size, (void)flags;
}
void platform_cache_all_flush_invalidate(void) {}
void platform_cache_disable(void) {}
void platform_cache_flush(void* data, uint32_t size) { (void)data, (void)size; }
void platform_cache_invalidate(void* data, uint32_t size) { (void)data, (void)size; }
uint32_t platform_vatopa(void* address) { return (uint32_t)(uintptr_t)address; }
void* platform_patova(uint32_t address) { return (void*)(uintptr_t)address; }

static struct rpmsg_lite_instance memory, *remote;
static struct rpmsg_lite_ept_static_context endpoint_memory;
static struct rpmsg_lite_endpoint* endpoint;

static int32_t answer(void* payload, uint32_t size, uint32_t source, void* own) {
    (void)own;
    (void)rpmsg_lite_send(remote, endpoint, source, payload, size, RL_DONT_BLOCK);
    return RL_RELEASE;
}

static bool start(void) {
    remote = rpmsg_lite_remote_init((void*)SHARED_START, 0, RL_NO_FLAGS, &memory);
    endpoint = remote != NULL ? rpmsg_lite_create_ept(remote, 30, answer, NULL, &endpoint_memory) : NULL;
    return endpoint != NULL;
}
static bool announce(void) { return rpmsg_ns_announce(remote, endpoint, "rpmsg-echo", (uint32_t)RL_NS_CREATE) == RL_SUCCESS; }

#ifdef IMAGE
void mailbox_isr(void);
void mailbox_isr(void) {
    env_isr(0);
    env_isr(1);
}

int main(void) {
    while (!start()) {}
    while (rpmsg_lite_is_link_up(remote) == 0) {}
    (void)announce();
    for (;;) {
        __asm__ volatile("wfi" ::: "memory");
    }
}
#else
bool measured_start(void);
void measured_meet(void);
void measured_poll(void);
bool measured_start(void) { return start(); }
void measured_meet(void) {
    static bool is_announced;
    virtqueue_notification(remote->tvq);
    virtqueue_notification(remote->rvq);
    is_announced = is_announced || announce();
}
void measured_poll(void) { virtqueue_notification(remote->rvq); }
#endif
