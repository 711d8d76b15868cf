// SPDX-License-Identifier: MIT-0
// WAMR's platform layer for bare metal and for tests on a host: one thread, no files, no console. An
// operating system's own platform (Zephyr, ESP-IDF: in WAMR's tree) serves as well.
#ifndef CAPLET_WAMR_PLATFORM_INTERNAL_H
#define CAPLET_WAMR_PLATFORM_INTERNAL_H

// C library headers that WAMR's sources take for granted.
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BH_PLATFORM_CAPLET

// Types that WAMR's headers name, whether or not they are used.
typedef int korp_tid;
typedef int korp_mutex;
typedef int korp_cond;
typedef int korp_thread;
typedef int korp_rwlock;
typedef int korp_sem;
typedef int os_file_handle;
typedef void *os_dir_stream;
typedef int os_raw_file_handle;
typedef int os_poll_file_handle;
typedef unsigned int os_nfds_t;
typedef int os_timespec;

static inline os_file_handle os_get_invalid_handle(void)
{
  return -1;
}

// Linear memory is rounded up to this: the least that keeps 64-bit accesses aligned.
static inline int os_getpagesize(void)
{
  return 8;
}

#endif
