#pragma once

// Everything for firmware: all but testing/ and host/.

#if __cplusplus < 202002L
#include "rpmsg needs C++20: compile with -std=c++20 or later"
#endif

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/dispatched.hpp>
#include <rpmsg/framework/dma_receiver.hpp>
#include <rpmsg/framework/dma_sender.hpp>
#include <rpmsg/framework/dump.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/framework/mailbox.hpp>
#include <rpmsg/framework/named.hpp>
#include <rpmsg/framework/receiver.hpp>
#include <rpmsg/framework/router/edge.hpp>
#include <rpmsg/framework/router/hub.hpp>
#include <rpmsg/framework/watched.hpp>
#include <rpmsg/framework/worker.hpp>
#include <rpmsg/platform/cached_dma.hpp>
#include <rpmsg/platform/circular_reader.hpp>
#include <rpmsg/platform/counter_doorbell.hpp>
#include <rpmsg/platform/dma_spi_port.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/platform/pl080.hpp>
#include <rpmsg/platform/spin_lock.hpp>
#include <rpmsg/transport/spi.hpp>
#include <rpmsg/transport/tap_ring.hpp>
#include <rpmsg/transport/tapped.hpp>
#include <rpmsg/transport/transport_ref.hpp>
#include <rpmsg/transport/uart.hpp>
#include <rpmsg/transport/vring/composed_table.hpp>
#include <rpmsg/transport/vring/fixed_layout.hpp>
#include <rpmsg/transport/vring/runtime_layout.hpp>
#include <rpmsg/transport/vring/shared_block_plan.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>
#include <rpmsg/version.hpp>
