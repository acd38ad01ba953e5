// Loaded into User-Mode Linux before its C library. It hands a process its floating-point registers in a buffer that ends
// after AVX-512, and the host refuses that where the processor's state is larger (AMX): here the rest of the state is kept as it
// is.
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static long host(long request, long process, void* address, void* data) {
    return syscall(SYS_ptrace, request, process, address, data);
}

/// What stands in the first bytes replaces those of the process. Parts of the state that lie behind are as at their start.
static long set_state(long process, void* kind, struct iovec const* given) {
    static _Thread_local char state[1 << 16];
    enum { header = 512, known = 0xff }; // the bits of the header that tell which parts the given buffer may hold
    struct iovec all = {state, sizeof(state)};
    if (host(PTRACE_GETREGSET, process, kind, &all) < 0) {
        return -1;
    }
    size_t const size = given->iov_len < all.iov_len ? given->iov_len : all.iov_len;
    memcpy(state, given->iov_base, size);
    unsigned long parts;
    memcpy(&parts, state + header, sizeof(parts));
    parts &= known;
    memcpy(state + header, &parts, sizeof(parts));
    return host(PTRACE_SETREGSET, process, kind, &all);
}

/// As in the C library, but for the state above.
long ptrace(enum __ptrace_request request, ...) {
    va_list rest;
    va_start(rest, request);
    long const process = va_arg(rest, int);
    void* const address = va_arg(rest, void*);
    void* const data = va_arg(rest, void*);
    va_end(rest);
    if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE) {
        return set_state(process, address, data);
    }
    if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER) {
        long word = 0;
        long const outcome = host(request, process, address, &word);
        errno = outcome < 0 ? errno : 0;
        return outcome < 0 ? outcome : word;
    }
    return host(request, process, address, data);
}
