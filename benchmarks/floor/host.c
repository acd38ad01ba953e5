// The floor on a host: both ends of a link in plain C, fixed roles, fully validated, without names, states, restarts or
// locks. What a general library is measured against.
enum { buffers = 16 };
#include "ring.h"
#include <stdio.h>
#include <stdlib.h>

static _Alignas(4096) struct shared storage;
static struct shared* block(void) { return &storage; }

// A doorbell that the compiler cannot see through.
static void doorbell(unsigned which) { __asm__ volatile("" ::"r"(which) : "memory"); }

enum { look = 1024, echo = 1025, host_address = 2000, all = 0xffff };

static struct queue device_tx = {.theirs = buffers};
static struct queue device_rx = {.theirs = buffers};
static struct queue driver_tx = {.ours = all};
static struct queue driver_rx = {.ours = all};
static uint32_t fresh, bad_messages, seen; // fresh: transmit buffers of the driver that were never used

static bool device_send(uint32_t source, uint32_t destination, void const* payload, uint32_t size) {
    int id = device_reserve(&device_tx, 0);
    if (id < 0) {
        return false;
    }
    uint32_t capacity;
    uint8_t* at = described(0, (uint32_t)id, device_writes, &capacity);
    if (at == NULL) {
        device_give(&device_tx, 0, (uint32_t)id, 0);
        return false;
    }
    if (size > capacity - header_size) {
        device_tx.spare = (uint8_t)(id + 1);
        return false;
    }
    write_message(at, source, destination, payload, size);
    device_give(&device_tx, 0, (uint32_t)id, header_size + size);
    return true;
}

// Two services: one looks at what comes, one sends it back.
static void deliver(struct header const* h, uint8_t const* payload) {
    switch (h->destination) {
    case look:
        seen += payload[0];
        __asm__ volatile("" ::"r"(payload) : "memory");
        break;
    case echo: (void)device_send(echo, h->source, payload, h->length); break;
    default: bad_messages++;
    }
}

static void device_poll(void) {
    for (int id; (id = device_take(&device_rx, 1)) >= 0;) {
        uint32_t capacity = 0;
        uint8_t* at = described(1, (uint32_t)id, 0, &capacity);
        struct header h = {0};
        if (at != NULL) {
            read_header(&h, at);
        }
        if (at != NULL && h.length <= capacity - header_size) {
            deliver(&h, at + header_size);
        } else {
            bad_messages++;
        }
        device_give(&device_rx, 1, (uint32_t)id, capacity);
    }
}

// The driver takes from the used ring and fills the available ring; it knows where its buffers lie.
static int driver_take(struct queue* q, unsigned which, uint32_t* length) {
    struct used* u = &block()->rings[which].used;
    int n = waiting(q, &u->index);
    if (n <= 0) {
        return n == 0 ? none : broken;
    }
    *length = __atomic_load_n(&u->entries[q->taken % buffers].length, __ATOMIC_RELAXED);
    return accept(q, __atomic_load_n(&u->entries[q->taken % buffers].id, __ATOMIC_RELAXED));
}
static void driver_give(struct queue* q, unsigned which, uint32_t id) {
    struct available* a = &block()->rings[which].available;
    a->ids[q->given % buffers] = (uint16_t)id;
    let_go(q, id);
    publish(&a->index, q->given, &block()->rings[which].used.flags, which);
}

static bool driver_send(uint32_t source, uint32_t destination, void const* payload, uint32_t size) {
    if (size > buffer_size - header_size) {
        return false;
    }
    uint32_t ignored;
    int id = fresh != 0 ? (int)--fresh : driver_take(&driver_tx, 1, &ignored);
    if (id < 0) {
        return false;
    }
    write_message(storage.memory[1][id], source, destination, payload, size);
    driver_give(&driver_tx, 1, (uint32_t)id);
    return true;
}

static void driver_poll(void) {
    uint32_t length;
    for (int id; (id = driver_take(&driver_rx, 0, &length)) >= 0;) {
        uint8_t* at = storage.memory[0][id];
        struct header h;
        read_header(&h, at);
        if (length >= header_size && length <= buffer_size && h.length <= length - header_size &&
            h.destination == host_address) {
            seen += at[header_size];
        } else {
            bad_messages++;
        }
        driver_give(&driver_rx, 0, (uint32_t)id);
    }
}

static void lay_out(void) {
    for (int r = 0; r < 2; r++) {
        for (int i = 0; i < buffers; i++) {
            storage.rings[r].descriptors[i] = (struct descriptor){
                .address = (uint32_t)(storage.memory[r][i] - (uint8_t*)&storage),
                .length = buffer_size,
                .flags = r == 0 ? device_writes : 0,
            };
        }
    }
    fresh = buffers;
    for (uint32_t i = 0; i < buffers; i++) {
        driver_give(&driver_rx, 0, i);
    }
    // Nobody asks to be told of buffers that come back.
    storage.rings[0].used.flags = storage.rings[1].available.flags = no_kick;
}

// host WORK COUNT SIZE: lockstep, burst (of 16), or roundtrip.
int main(int count, char** arguments) {
    static uint8_t payload[buffer_size - header_size];
    if (count != 4) {
        fprintf(stderr, "arguments: WORK COUNT SIZE\n");
        return 3;
    }
    uint32_t times = (uint32_t)atoi(arguments[2]);
    uint32_t size = (uint32_t)atoi(arguments[3]);
    uint32_t burst = strcmp(arguments[1], "burst") == 0 ? buffers : 1;
    bool round_trip = strcmp(arguments[1], "roundtrip") == 0;
    lay_out();
    for (uint32_t sent = 0; sent < times; sent += burst) {
        for (uint32_t i = 0; i < burst; i++) {
            if (!driver_send(host_address, round_trip ? echo : look, payload, size)) {
                fprintf(stderr, "a send was refused\n");
                return 3;
            }
        }
        device_poll();
        if (round_trip) {
            driver_poll();
        }
    }
    return bad_messages != 0;
}
