// What the Glibc module leaves out. No logic.
#ifndef KORTVAKT_CLINUX_H
#define KORTVAKT_CLINUX_H

#include <malloc.h>
#include <libintl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// madvise(2): left out of a core dump, empty in a child process.
static const int kv_madv_dontdump = 16;
static const int kv_madv_wipeonfork = 18;

static inline int kv_prctl_set_dumpable(int dumpable) { return prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0); }

/// Bounds the address space of another process (prlimit(2), which glibc declares for GNU sources alone).
static inline int kv_limit_address_space(pid_t process, unsigned long long bytes) {
    unsigned long long limit[2] = {bytes, bytes};
    return (int)syscall(SYS_prlimit64, process, RLIMIT_AS, limit, NULL);
}

/// Makes all threads share one heap (mallopt(3)).
static inline int kv_share_heap(void) {
    return mallopt(M_ARENA_MAX, 1);
}

#endif
