// The floor in firmware: a remote echo in plain C with the checks of the measured library. Name service both ways, every ring
// and wire check, saturating counters, attach by the status byte, restart by the status byte and by a mark in the rings, transmit
// buffers of different sizes, polls refused inside a handler, a lock against interrupts. With MEASURED the calls are counted by
// another program; with CONSUME, too, the handler lies elsewhere and sends nothing.
enum { buffers = 8 };
#include "ring.h"

_Static_assert(offsetof(struct shared, rings) == 128 && offsetof(struct shared, memory) == 768, "laid out as the library does");

#ifdef SHARED_START
static struct shared* block(void) { return (struct shared*)SHARED_START; }
static void doorbell(unsigned which) { *(uint32_t volatile*)(SHARED_START + 0x2400) = which; }
#else
static struct shared* block(void) { return (struct shared*)0x20010000u; }
static void doorbell(unsigned which) { *(uint32_t volatile*)0x40000000u = which; }
#endif

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
    bad_call,
    no_buffer,
    too_large,
    not_up,
    link_down,
    reasons
};

static struct {
    struct queue tx, rx;
    uint32_t peer;
    uint16_t spare; // a bit for each transmit buffer that was taken and not used
    uint16_t mark;  // what this device wrote to the rings that it attached to
    uint8_t pending[2];
    bool is_up, is_faulty, is_bound, must_announce, is_polling;
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

// A driver that starts again clears the mark: then the rings are no longer those that this device attached to.
static uint16_t* mark_of_rings(void) { return &block()->rings[0].available.used_event; }
static bool is_marked(void) { return __atomic_load_n(mark_of_rings(), __ATOMIC_RELAXED) == link.mark; }

// A transmit buffer that is large enough: a spare one, or one of the ring. Each is looked at once; what does not fit stays spare.
static uint8_t* find_room(uint32_t size, uint32_t* id) {
    uint32_t largest = 0;
    uint16_t untried = link.spare;
    for (int i = 0; i < 2 * buffers; i++) {
        int next = 0;
        if (untried != 0) {
            while ((untried >> next & 1u) == 0) {
                next++;
            }
            untried = (uint16_t)(untried & (untried - 1u));
        } else {
            next = fault(device_take(&link.tx, 0));
            if (next < 0) {
                break;
            }
        }
        uint32_t capacity;
        uint8_t* at = described(0, (uint32_t)next, device_writes, &capacity);
        if (at != NULL && size <= capacity - header_size) {
            link.spare = (uint16_t)(link.spare & ~(1u << next));
            *id = (uint32_t)next;
            return at;
        }
        if (at == NULL) {
            count(bad_descriptor);
        } else {
            largest = capacity;
        }
        link.spare = (uint16_t)(link.spare | 1u << next);
    }
    count(largest != 0 ? too_large : no_buffer);
    return NULL;
}

// Sends under the lock.
static bool try_send(uint32_t destination, void const* payload, uint32_t size) {
    if (!link.is_up || link.is_faulty) {
        count(not_up);
        return false;
    }
    uint32_t id = 0;
    uint8_t* at = find_room(size, &id);
    if (at == NULL) {
        return false;
    }
    write_message(at, echo, destination, payload, size);
    if (!is_marked()) {
        count(not_up);
        return false;
    }
    device_give(&link.tx, 0, id, header_size + size);
    return true;
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
    bool const is_sent = send(name_service, &a, sizeof a);
    link.must_announce = !is_sent;
    block()->rings[0].used.flags = is_sent ? no_kick : 0; // the driver tells when it gives buffers
}

static void bind(uint32_t peer) {
    uint32_t const before = lock();
    if (!link.is_bound) {
        link.peer = peer;
        link.is_bound = true;
    }
    unlock(before);
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

#ifdef CONSUME
void consume(uint8_t const* payload, uint32_t size);
#endif

static void deliver(struct header const* h, uint8_t const* payload) {
    if (h->destination == name_service) {
        hear(payload, h->length);
    } else if (h->source == any || h->destination == any) {
        count(bad_address);
    } else if (h->destination != echo) {
        count(no_endpoint);
    } else {
        bind(h->source);
#ifdef CONSUME
        consume(payload, h->length);
#else
        (void)send(h->source, payload, h->length);
#endif
    }
}

static void attach(struct queue* q, unsigned which) {
    uint16_t const at = __atomic_load_n(&block()->rings[which].used.index, __ATOMIC_RELAXED);
    q->taken = q->given = at;
    q->ours = q->spare = 0;
    q->theirs = buffers;
}

// Whether the driver has put buffers into the transmit ring: before, the rings are not laid out.
static bool is_laid_out(void) {
    uint16_t const posted = __atomic_load_n(&block()->rings[0].available.index, __ATOMIC_ACQUIRE);
    uint16_t const used = __atomic_load_n(&block()->rings[0].used.index, __ATOMIC_RELAXED);
    return posted != 0 && (uint16_t)(posted - used) <= buffers;
}

// Follows the status byte. A link that broke comes back when the driver has taken its readiness away.
static void follow(void) {
    uint8_t const status = __atomic_load_n(&block()->status, __ATOMIC_ACQUIRE);
    bool const is_ready = (status & ~11u) == 4;
    uint32_t const before = lock();
    if (link.is_up && (!is_ready || link.is_faulty || !is_marked())) {
        link.is_up = link.is_bound = link.must_announce = false;
        count(link_down);
    }
    link.is_faulty = link.is_faulty && is_ready;
    if (is_ready && !link.is_up && !link.is_faulty && is_laid_out()) {
        attach(&link.tx, 0);
        attach(&link.rx, 1);
        link.spare = 0;
        link.mark = (uint16_t)(__atomic_load_n(mark_of_rings(), __ATOMIC_RELAXED) + 1u);
        link.mark = link.mark != 0 ? link.mark : 1;
        *mark_of_rings() = link.mark;
        block()->rings[0].used.flags = no_kick;
        link.is_up = link.must_announce = true;
    }
    unlock(before);
}

static void poll_once(void) {
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
        if (is_marked()) {
            device_give(&link.rx, 1, (uint32_t)id, capacity);
        }
        unlock(before);
    }
    link.pending[1] = 1; // the budget is used up
}

static void poll(void) {
    if (link.is_polling) {
        count(bad_call);
        return;
    }
    link.is_polling = true;
    poll_once();
    link.is_polling = false;
}

#ifdef MEASURED
bool measured_start(void);
void measured_meet(void);
void measured_poll(void);
bool measured_send(uint8_t const* payload, uint32_t size);
bool measured_start(void) { return true; }
void measured_poll(void) { poll(); }
void measured_meet(void) { measured_poll(); }
bool measured_send(uint8_t const* payload, uint32_t size) { return send(link.peer, payload, size); }
#else
void mailbox_isr(void);
void mailbox_isr(void) { link.pending[0] = link.pending[1] = 1; }

int main(void) {
    for (;;) {
        poll();
        __asm__ volatile("wfi" ::: "memory");
    }
}
#endif
