// The counted work done by OpenAMP, from libmetal and open-amp as the user has installed them. Both ends live in one
// process; their virtio devices share one status byte.
#include <metal/io.h>
#include <metal/sys.h>
#include <openamp/rpmsg.h>
#include <openamp/rpmsg_virtio.h>
#include <openamp/virtio.h>
#include <openamp/virtqueue.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { buffers = 16, buffer_size = 512, ring_size = 4096, host_address = 40, remote_address = 30 };

static _Alignas(4096) struct {
    uint8_t rings[2][ring_size];
    uint8_t memory[2 * buffers * buffer_size];
} block;
static uint8_t status;

static uint8_t get_status(struct virtio_device* device) { return (void)device, status; }
static void set_status(struct virtio_device* device, uint8_t value) { (void)device, status = value; }
static uint32_t get_features(struct virtio_device* device) { return (void)device, 0; }
static void set_features(struct virtio_device* device, uint32_t value) { (void)device, (void)value; }
static void notify(struct virtqueue* queue) { __asm__ volatile("" ::"r"(queue) : "memory"); }

static struct virtio_dispatch const dispatch = {
    .get_status = get_status,
    .set_status = set_status,
    .get_features = get_features,
    .set_features = set_features,
    .notify = notify,
};

struct end {
    struct rpmsg_virtio_device link;
    struct virtio_device device;
    struct virtio_vring_info rings[2];
    struct rpmsg_endpoint endpoint;
};
static struct end host, remote;
static uint32_t seen;
static void* kept;

static void touch(void* payload) {
    seen += *(uint8_t*)payload;
    __asm__ volatile("" ::"r"(payload) : "memory");
}
static int look(struct rpmsg_endpoint* endpoint, void* payload, size_t size, uint32_t source, void* own) {
    (void)endpoint, (void)size, (void)source, (void)own;
    touch(payload);
    return RPMSG_SUCCESS;
}
static int hold(struct rpmsg_endpoint* endpoint, void* payload, size_t size, uint32_t source, void* own) {
    (void)size, (void)source, (void)own;
    touch(payload);
    rpmsg_hold_rx_buffer(endpoint, payload);
    kept = payload;
    return RPMSG_SUCCESS;
}
static int answer(struct rpmsg_endpoint* endpoint, void* payload, size_t size, uint32_t source, void* own) {
    (void)own;
    (void)rpmsg_trysendto(endpoint, payload, (int)size, source);
    return RPMSG_SUCCESS;
}

static void must(int condition, char const* what) {
    if (!condition) {
        fprintf(stderr, "OpenAMP: %s\n", what);
        exit(3);
    }
}

static void start(struct end* end, unsigned role, struct metal_io_region* io, struct rpmsg_virtio_shm_pool* pool) {
    for (unsigned i = 0; i < 2; i++) {
        end->rings[i] = (struct virtio_vring_info){
            .vq = virtqueue_allocate(buffers),
            .info = {.vaddr = block.rings[i], .align = 64, .num_descs = buffers},
            .io = io,
        };
    }
    end->device = (struct virtio_device){.role = role, .func = &dispatch, .vrings_num = 2, .vrings_info = end->rings};
    must(rpmsg_init_vdev(&end->link, &end->device, NULL, io, pool) == RPMSG_SUCCESS, "a side does not start");
}

// openamp WORK COUNT SIZE: lockstep, burst (of 16), zerocopy or roundtrip.
int main(int count, char** arguments) {
    static char payload[buffer_size - 16];
    must(count == 4, "arguments: WORK COUNT SIZE");
    char const* work = arguments[1];
    uint32_t times = (uint32_t)atoi(arguments[2]);
    int size = atoi(arguments[3]);
    uint32_t burst = strcmp(work, "burst") == 0 ? buffers : 1;
    int in_place = strcmp(work, "zerocopy") == 0, round_trip = strcmp(work, "roundtrip") == 0;

    struct metal_init_params const parameters = METAL_INIT_DEFAULTS;
    // It wants a /sys that some machines lack. Nothing of what it sets up there is used, so that the work is done all the same.
    (void)metal_init(&parameters);
    static struct metal_io_region io;
    static metal_phys_addr_t start_of_block;
    start_of_block = (metal_phys_addr_t)(uintptr_t)&block;
    metal_io_init(&io, &block, &start_of_block, sizeof block, (unsigned)-1, 0, NULL);
    static struct rpmsg_virtio_shm_pool pool;
    rpmsg_virtio_init_shm_pool(&pool, block.memory, sizeof block.memory);
    start(&host, RPMSG_HOST, &io, &pool);
    start(&remote, RPMSG_REMOTE, &io, NULL);
    must(rpmsg_create_ept(&host.endpoint, &host.link.rdev, "", host_address, remote_address, look, NULL) == 0 &&
             rpmsg_create_ept(&remote.endpoint, &remote.link.rdev, "", remote_address, host_address,
                              in_place     ? hold
                              : round_trip ? answer
                                           : look,
                              NULL) == 0,
         "an endpoint could not be made");

    for (uint32_t sent = 0; sent < times; sent += burst) {
        for (uint32_t i = 0; i < burst; i++) {
            int outcome;
            if (in_place) {
                uint32_t room;
                char* at = rpmsg_get_tx_payload_buffer(&host.endpoint, &room, 0);
                must(at != NULL, "no room");
                at[0] = 1;
                outcome = rpmsg_send_nocopy(&host.endpoint, at, size);
            } else {
                outcome = rpmsg_trysend(&host.endpoint, payload, size);
            }
            must(outcome == size, "a send was refused");
        }
        virtqueue_notification(remote.link.rvq);
        if (in_place) {
            rpmsg_release_rx_buffer(&remote.endpoint, kept);
        }
        if (round_trip) {
            virtqueue_notification(host.link.rvq);
        }
    }
}
