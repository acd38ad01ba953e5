/* SPDX-License-Identifier: GPL-2.0 OR BSL-1.0 */
/* The style of the kernel, whose driver it becomes a part of. */
/* clang-format off */
/*
 * What virtio_rpmsg_bus.c has beside a real remote processor and lacks in User-Mode Linux. It is included in front of the
 * driver, whose source stays as it is.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/version.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <linux/workqueue.h>

/* What the device shares: the buffers of both queues, and their rings. */
struct shared_pages {
    void* start;
    size_t size;
};
static struct shared_pages shared_pages[3];

/* Memory that the device sees: here it sees all of it. */
static inline void* pages_for_device(size_t size, dma_addr_t* address, gfp_t flags) {
    void* pages = alloc_pages_exact(size, flags | __GFP_ZERO);

    if (pages)
        *address = virt_to_phys(pages);
    shared_pages[2] = (struct shared_pages){pages, size};
    return pages;
}
#define dma_alloc_coherent(device, size, address, flags) pages_for_device(size, address, flags)
#define dma_free_coherent(device, size, pages, address) free_pages_exact(pages, size)

/*
 * From the reset of the device on the memory is the driver's alone, and nothing is to interrupt it. With the parameter strict a
 * device that does not care is told of in the log: then nothing may be under way when the driver is unbound.
 */
static bool strict;
module_param(strict, bool, 0644);
static u32 pages_at_reset;
static bool is_reset;

static inline u32 hash_of_shared_pages(void) {
    u32 hash = 0;
    int i;

    for (i = 0; i < 3; i++)
        hash = jhash(shared_pages[i].start, shared_pages[i].size, hash);
    return hash;
}

/* The pages of the rings stay, though the queues are deleted. */
static inline void keep_shared_pages(struct virtio_device* device) {
    struct virtqueue* queue;
    size_t at;

    list_for_each_entry(queue, &device->vqs, list) {
        struct shared_pages* ring = &shared_pages[queue->index];

        ring->start = phys_to_virt(virtqueue_get_desc_addr(queue));
        ring->size = PAGE_ALIGN(vring_size(virtqueue_get_vring_size(queue), PAGE_SIZE));
        for (at = 0; at < ring->size; at += PAGE_SIZE)
            get_page(virt_to_page(ring->start + at));
    }
    pages_at_reset = hash_of_shared_pages();
    is_reset = true;
}

static inline void delete_watched_queues(struct virtio_device* device) {
    size_t at;
    int i;

    device->config->del_vqs(device);
    if (!is_reset)
        return;
    msleep(300);
    if (hash_of_shared_pages() == pages_at_reset)
        pr_info("rpmsg guest: the queues are deleted\n");
    else
        pr_err("rpmsg guest: the device writes to a driver that has reset it\n");
    for (i = 0; i < 2; i++)
        for (at = 0; at < shared_pages[i].size; at += PAGE_SIZE)
            put_page(virt_to_page(shared_pages[i].start + at));
    is_reset = false;
}
#define del_vqs(device) get_status(device), delete_watched_queues(device)

/*
 * The driver sleeps in the callbacks of its queues: remoteproc calls them from a thread, virtio_uml from an interrupt.
 * Here the interrupt asks a worker to look, and the worker calls the driver. There is one device.
 */
struct called_queue {
    struct work_struct work;
    struct virtqueue* queue;
    vq_callback_t* driver;
};
static struct called_queue called_queues[2];
static struct workqueue_struct* caller;

static void look_at_queue(struct work_struct* work) {
    vring_interrupt(0, container_of(work, struct called_queue, work)->queue);
}

static void call_driver_or_worker(struct virtqueue* queue) {
    struct called_queue* called = &called_queues[queue->index];

    if (in_task()) {
        called->driver(queue);
    } else if (caller) {
        called->queue = queue;
        queue_work(caller, &called->work);
    } else if (is_reset) {
        pr_err("rpmsg guest: the device interrupts a driver that has reset it\n");
    }
}

static inline int prepare_callers(vq_callback_t* first, vq_callback_t* second) {
    if (caller)
        return -EBUSY;
    called_queues[0].driver = first;
    called_queues[1].driver = second;
    INIT_WORK(&called_queues[0].work, look_at_queue);
    INIT_WORK(&called_queues[1].work, look_at_queue);
    caller = alloc_ordered_workqueue("rpmsg_queues", 0);
    return caller ? 0 : -ENOMEM;
}

static inline void end_callers(void) {
    struct workqueue_struct* ended = caller;

    caller = NULL;
    if (ended)
        destroy_workqueue(ended);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
static inline int find_called_queues(struct virtio_device* device, unsigned int count, struct virtqueue* queues[],
                                     struct virtqueue_info infos[], struct irq_affinity* affinity) {
    struct virtqueue_info called[2] = {infos[0], infos[1]};
    int failed = prepare_callers(infos[0].callback, infos[1].callback);

    called[0].callback = called[1].callback = call_driver_or_worker;
    if (!failed)
        failed = virtio_find_vqs(device, count, queues, called, affinity);
    if (failed && failed != -EBUSY)
        end_callers();
    return failed;
}
#else
static inline int find_called_queues(struct virtio_device* device, unsigned int count, struct virtqueue* queues[],
                                     vq_callback_t* callbacks[], char const* const names[], struct irq_affinity* affinity) {
    vq_callback_t* called[2] = {call_driver_or_worker, call_driver_or_worker};
    int failed = prepare_callers(callbacks[0], callbacks[1]);

    if (!failed)
        failed = virtio_find_vqs(device, count, queues, called, names, affinity);
    if (failed && failed != -EBUSY)
        end_callers();
    return failed;
}
#endif
#define virtio_find_vqs find_called_queues

static inline void reset_called_device(struct virtio_device* device) {
    virtio_reset_device(device);
    end_callers();
    if (strict)
        keep_shared_pages(device);
}
#define virtio_reset_device reset_called_device

#undef pr_fmt /* the driver has its own */
