// The floor in firmware: a remote echo in plain C with all that the measured library does. Name service both ways, every
// ring and wire check, saturating counters, attach by the status byte, restart, a lock against interrupts.
enum { buffers = 8 };
#include "ring.h"

_Static_assert(offsetof(struct shared, rings) == 128 && offsetof(struct shared, memory) == 768, "laid out as the library does");

static struct shared* block(void) { return (struct shared*)0x20010000u; }
static void doorbell(unsigned which) { *(uint32_t volatile*)0x40000000u = which; }

enum { name_service = 53, echo = 1024, name_size = 32, budget = 64 };
static uint32_t const any = 0xffffffffu;
static char const name[name_size] = "rpmsg-echo";

enum reason {
    bad_descriptor,
    bad_length,
    bad_address,
    no_endpoint,
    bad_announcement,
    bad_index,
    no_buffer,
    too_large,
    not_up,
    link_down,
    reasons
};

static struct {
    struct queue tx, rx;
    uint32_t peer;
    uint8_t pending[2];
    bool is_up, is_faulty, is_bound, must_announce;
    uint16_t counts[reasons];
} link;

static void count(enum reason why) {
    if (link.counts[why] != 0xffff) {
        link.counts[why]++;
    }
}

static inline uint32_t lock(void) {
    uint32_t before;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before)::"memory");
    return before;
}
static inline void unlock(uint32_t before) { __asm__ volatile("msr primask, %0" ::"r"(before) : "memory"); }

static int fault(int id) {
    if (id == broken) {
        link.is_faulty = true;
        count(bad_index);
    }
    return id;
}

// Sends under the lock; a descriptor that is no good goes back unused.
static bool try_send(uint32_t destination, void const* payload, uint32_t size) {
    if (!link.is_up || link.is_faulty) {
        count(not_up);
        return false;
    }
    for (int i = 0; i < buffers; i++) {
        int id = fault(device_reserve(&link.tx, 0));
        if (id < 0) {
            break;
        }
        uint32_t capacity;
        uint8_t* at = described(0, (uint32_t)id, device_writes, &capacity);
        if (at == NULL) {
            count(bad_descriptor);
            device_give(&link.tx, 0, (uint32_t)id, 0);
            continue;
        }
        if (size > capacity - header_size) {
            link.tx.spare = (uint8_t)(id + 1);
            count(too_large);
            return false;
        }
        write_message(at, echo, destination, payload, size);
        device_give(&link.tx, 0, (uint32_t)id, header_size + size);
        return true;
    }
    count(no_buffer);
    return false;
}
static bool send(uint32_t destination, void const* payload, uint32_t size) {
    uint32_t const before = lock();
    bool const sent = try_send(destination, payload, size);
    unlock(before);
    return sent;
}

struct announcement {
    char name[name_size];
    uint32_t address, flags;
};

static void announce(void) {
    struct announcement a = {.address = echo, .flags = 0};
    memcpy(a.name, name, name_size);
    link.must_announce = !send(name_service, &a, sizeof a);
}

static void bind(uint32_t peer) {
    if (!link.is_bound) {
        link.peer = peer;
        link.is_bound = true;
    }
}

// An announcement of the peer is copied before anything is decided on it.
static void hear(uint8_t const* payload, uint32_t size) {
    struct announcement a;
    if (size != sizeof a) {
        count(bad_announcement);
        return;
    }
    memcpy(&a, payload, sizeof a);
    __asm__ volatile("" ::: "memory");
    bool const is_destroy = (a.flags & 1u) != 0;
    bool is_printable = a.name[0] != '\0', is_ours = true;
    for (int i = 0; i < name_size; i++) {
        is_ours = is_ours && a.name[i] == name[i];
        if (a.name[i] == '\0') {
            break;
        }
        is_printable = is_printable && a.name[i] >= ' ' && a.name[i] <= '~';
    }
    if (!is_printable || a.address == name_service || (a.address == any && !is_destroy)) {
        count(bad_announcement);
        return;
    }
    if (!is_ours) {
        return;
    }
    if (!is_destroy) {
        bind(a.address);
    } else if (link.peer == a.address || a.address == any) {
        link.is_bound = false;
    }
}

static void deliver(struct header const* h, uint8_t const* payload) {
    if (h->destination == name_service) {
        hear(payload, h->length);
    } else if (h->source == any || h->destination == any) {
        count(bad_address);
    } else if (h->destination != echo) {
        count(no_endpoint);
    } else {
        bind(h->source);
        (void)send(h->source, payload, h->length);
    }
}

static void attach(struct queue* q, unsigned which) {
    uint16_t const at = __atomic_load_n(&block()->rings[which].used.index, __ATOMIC_RELAXED);
    q->taken = q->given = at;
    q->ours = q->spare = 0;
    q->theirs = buffers;
}

// Follows the status byte. A link that broke comes back when the driver has taken its readiness away.
static void follow(void) {
    uint8_t const status = __atomic_load_n(&block()->status, __ATOMIC_ACQUIRE);
    bool const is_ready = (status & ~11u) == 4;
    uint32_t const before = lock();
    if (link.is_up && (!is_ready || link.is_faulty)) {
        link.is_up = link.is_bound = link.must_announce = false;
        count(link_down);
    }
    link.is_faulty = link.is_faulty && is_ready;
    if (is_ready && !link.is_up && !link.is_faulty) {
        attach(&link.tx, 0);
        attach(&link.rx, 1);
        block()->rings[0].used.flags = no_kick;
        link.is_up = link.must_announce = true;
    }
    unlock(before);
}

static void poll(void) {
    link.pending[0] = link.pending[1] = 0;
    follow();
    if (link.must_announce) {
        announce();
    }
    for (int i = 0; i < budget && link.is_up && !link.is_faulty; i++) {
        uint32_t before = lock();
        int const id = fault(device_take(&link.rx, 1));
        unlock(before);
        if (id < 0) {
            return;
        }
        uint32_t capacity = 0;
        uint8_t* at = described(1, (uint32_t)id, 0, &capacity);
        if (at == NULL) {
            count(bad_descriptor);
        } else {
            struct header h;
            read_header(&h, at);
            if (h.length > capacity - header_size) {
                count(bad_length);
            } else {
                deliver(&h, at + header_size);
            }
        }
        before = lock();
        device_give(&link.rx, 1, (uint32_t)id, capacity);
        unlock(before);
    }
}

void mailbox_isr(void);
void mailbox_isr(void) { link.pending[0] = link.pending[1] = 1; }

int main(void) {
    for (;;) {
        poll();
        __asm__ volatile("wfi" ::: "memory");
    }
}
