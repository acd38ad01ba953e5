// What the floors share: the wire, and the device's end of a split ring, every word of the peer checked and read once.
// The includer defines `buffers`, a power of two of at most 16, and then block() and doorbell().
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { buffer_size = 512, header_size = 16, device_writes = 2, no_kick = 1, none = -1, broken = -2 };

struct descriptor {
    uint32_t address, address_high, length;
    uint16_t flags, next;
};
struct available {
    uint16_t flags, index, ids[buffers], used_event;
};
struct used {
    uint16_t flags, index;
    struct {
        uint32_t id, length;
    } entries[buffers];
    uint16_t available_event;
};
struct header {
    uint32_t source, destination, reserved;
    uint16_t length, flags;
};
struct ring {
    _Alignas(64) struct descriptor descriptors[buffers];
    struct available available;
    _Alignas(64) struct used used;
};

// The block that both ends see: ring 0 carries messages to the driver, ring 1 to the device. Descriptors hold offsets.
struct shared {
    uint8_t table[44]; // a resource table of 88 bytes
    uint8_t status;
    uint8_t rest_of_table[43];
    _Alignas(64) struct ring rings[2];
    _Alignas(64) uint8_t memory[2][buffers][buffer_size];
};
static struct shared* block(void);
static void doorbell(unsigned which);

// What an end remembers of a ring; nothing of it is read back. `which` below is the ring's number.
struct queue {
    uint16_t taken, given;
    uint16_t ours;  // a bit for each buffer that is ours
    uint8_t theirs; // how many are the peer's
    uint8_t spare;  // one more than the id of a buffer that was taken and not used, or 0
};

static inline void publish(uint16_t* index, uint16_t value, uint16_t const* flags, unsigned which) {
    __atomic_store_n(index, value, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if ((__atomic_load_n(flags, __ATOMIC_RELAXED) & no_kick) == 0) {
        doorbell(which);
    }
}

// How many entries the peer has published, or broken when it cannot have so many.
static inline int waiting(struct queue const* q, uint16_t const* index) {
    uint16_t n = (uint16_t)(__atomic_load_n(index, __ATOMIC_ACQUIRE) - q->taken);
    return n <= q->theirs ? n : broken;
}

// An id becomes ours, unless it is out of range or ours already.
static inline int accept(struct queue* q, uint32_t id) {
    if (id >= buffers || (q->ours >> id & 1u) != 0) {
        return broken;
    }
    q->ours = (uint16_t)(q->ours | 1u << id);
    q->taken++;
    q->theirs--;
    return (int)id;
}

static inline void let_go(struct queue* q, uint32_t id) {
    q->ours = (uint16_t)(q->ours & ~(1u << id));
    q->given++;
    q->theirs++;
}

// The device takes from the available ring and fills the used ring.
static inline int device_take(struct queue* q, unsigned which) {
    struct available* a = &block()->rings[which].available;
    int n = waiting(q, &a->index);
    if (n <= 0) {
        return n == 0 ? none : broken;
    }
    return accept(q, __atomic_load_n(&a->ids[q->taken % buffers], __ATOMIC_RELAXED));
}
static inline void device_give(struct queue* q, unsigned which, uint32_t id, uint32_t length) {
    struct used* u = &block()->rings[which].used;
    u->entries[q->given % buffers].id = id;
    u->entries[q->given % buffers].length = length;
    let_go(q, id);
    publish(&u->index, q->given, &block()->rings[which].available.flags, which);
}

// A buffer for a message: the one that was left over, or the next of the ring.
static inline int device_reserve(struct queue* q, unsigned which) {
    if (q->spare == 0) {
        return device_take(q, which);
    }
    int id = q->spare - 1;
    q->spare = 0;
    return id;
}

// Where the buffer of a descriptor lies, or null unless it lies among the buffers and has the right direction.
static inline uint8_t* described(unsigned which, uint32_t id, unsigned flags, uint32_t* capacity) {
    struct descriptor* d = &block()->rings[which].descriptors[id];
    uint32_t address = __atomic_load_n(&d->address, __ATOMIC_RELAXED);
    uint32_t high = __atomic_load_n(&d->address_high, __ATOMIC_RELAXED);
    uint32_t length = __atomic_load_n(&d->length, __ATOMIC_RELAXED);
    unsigned found = __atomic_load_n(&d->flags, __ATOMIC_RELAXED);
    uint32_t offset = address - (uint32_t)offsetof(struct shared, memory);
    uint32_t const size = sizeof block()->memory;
    if (((found ^ flags) & 7u) != 0 || high != 0 || address % 4 != 0 || length < header_size || offset > size ||
        length > size - offset) {
        return NULL;
    }
    *capacity = length;
    return (uint8_t*)block() + address;
}

static inline void write_message(uint8_t* at, uint32_t source, uint32_t destination, void const* payload, uint32_t size) {
    uint32_t* words = (uint32_t*)(void*)at;
    words[0] = source;
    words[1] = destination;
    words[2] = 0;
    words[3] = size;
    memcpy(at + header_size, payload, size);
}

static inline void read_header(struct header* h, uint8_t const* at) {
    uint32_t const* words = (uint32_t const*)(void const*)at;
    h->source = __atomic_load_n(&words[0], __ATOMIC_RELAXED);
    h->destination = __atomic_load_n(&words[1], __ATOMIC_RELAXED);
    h->length = (uint16_t)__atomic_load_n(&words[3], __ATOMIC_RELAXED);
}
