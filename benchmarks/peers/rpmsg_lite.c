// The counted work done by rpmsg-lite, from a copy of its sources that the user names.
#include "rpmsg_lite.h"

#include "rpmsg_platform.h"
#include "virtqueue.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Nothing rings, nothing is cached, and addresses are what they are: the program is linked below 4 GiB.
int32_t platform_init(void) { return 0; }
int32_t platform_deinit(void) { return 0; }
int32_t platform_init_interrupt(uint32_t vector, void* data) { return (void)vector, (void)data, 0; }
int32_t platform_deinit_interrupt(uint32_t vector) { return (void)vector, 0; }
int32_t platform_interrupt_enable(uint32_t vector) { return (int32_t)vector; }
int32_t platform_interrupt_disable(uint32_t vector) { return (int32_t)vector; }
int32_t platform_in_isr(void) { return 0; }
void platform_notify(uint32_t vector) { __asm__ volatile("" ::"r"(vector) : "memory"); }
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

enum { master_address = 40, remote_address = 30 };

static _Alignas(4096) char block[RL_VRING_OVERHEAD + 2 * RL_BUFFER_COUNT * 512];
static struct rpmsg_lite_instance master_memory, remote_memory, *master, *remote;
static struct rpmsg_lite_ept_static_context master_endpoint_memory, remote_endpoint_memory;
static struct rpmsg_lite_endpoint *master_endpoint, *remote_endpoint;
static uint32_t seen;
static void* kept;

static void touch(void* payload) {
    seen += *(uint8_t*)payload;
    __asm__ volatile("" ::"r"(payload) : "memory");
}
static int32_t look(void* payload, uint32_t size, uint32_t source, void* own) {
    (void)size, (void)source, (void)own;
    touch(payload);
    return RL_RELEASE;
}
static int32_t hold(void* payload, uint32_t size, uint32_t source, void* own) {
    (void)size, (void)source, (void)own;
    touch(payload);
    kept = payload;
    return RL_HOLD;
}
static int32_t answer(void* payload, uint32_t size, uint32_t source, void* own) {
    (void)own;
    (void)rpmsg_lite_send(remote, remote_endpoint, source, payload, size, RL_DONT_BLOCK);
    return RL_RELEASE;
}

static void must(int condition, char const* what) {
    if (!condition) {
        fprintf(stderr, "rpmsg-lite: %s\n", what);
        exit(3);
    }
}

// rpmsg_lite WORK COUNT SIZE: lockstep, burst (of 16), zerocopy or roundtrip.
int main(int count, char** arguments) {
    static char payload[RL_BUFFER_PAYLOAD_SIZE];
    must(count == 4, "arguments: WORK COUNT SIZE");
    char const* work = arguments[1];
    uint32_t times = (uint32_t)atoi(arguments[2]), size = (uint32_t)atoi(arguments[3]);
    uint32_t burst = strcmp(work, "burst") == 0 ? RL_BUFFER_COUNT : 1;
    int in_place = strcmp(work, "zerocopy") == 0, round_trip = strcmp(work, "roundtrip") == 0;

    master = rpmsg_lite_master_init(block, sizeof block, 0, RL_NO_FLAGS, &master_memory);
    remote = rpmsg_lite_remote_init(block, 0, RL_NO_FLAGS, &remote_memory);
    must(master != NULL && remote != NULL, "a side does not start");
    master_endpoint = rpmsg_lite_create_ept(master, master_address, look, NULL, &master_endpoint_memory);
    remote_endpoint = rpmsg_lite_create_ept(remote, remote_address,
                                            in_place     ? hold
                                            : round_trip ? answer
                                                         : look,
                                            NULL, &remote_endpoint_memory);
    virtqueue_notification(remote->tvq); // the doorbell that brings the remote up
    must(rpmsg_lite_is_link_up(remote) != 0, "the link does not come up");

    for (uint32_t sent = 0; sent < times; sent += burst) {
        for (uint32_t i = 0; i < burst; i++) {
            int32_t outcome;
            if (in_place) {
                uint32_t room;
                char* at = rpmsg_lite_alloc_tx_buffer(master, &room, RL_DONT_BLOCK);
                must(at != NULL, "no room");
                at[0] = 1;
                outcome = rpmsg_lite_send_nocopy(master, master_endpoint, remote_address, at, size);
            } else {
                outcome = rpmsg_lite_send(master, master_endpoint, remote_address, payload, size, RL_DONT_BLOCK);
            }
            must(outcome == RL_SUCCESS, "a send was refused");
        }
        virtqueue_notification(remote->rvq);
        if (in_place) {
            must(rpmsg_lite_release_rx_buffer(remote, kept) == RL_SUCCESS, "a release was refused");
        }
        if (round_trip) {
            virtqueue_notification(master->rvq);
        }
    }
}
