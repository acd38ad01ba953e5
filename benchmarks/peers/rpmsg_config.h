// rpmsg-lite as it is measured: its static interface, the same ring and buffers as the others.
#pragma once
#define RL_BUFFER_PAYLOAD_SIZE (496U)
#ifndef RL_BUFFER_COUNT
#define RL_BUFFER_COUNT (16U)
#endif
#define RL_USE_STATIC_API (1)
