// SPDX-License-Identifier: MIT-0
// What WAMR asks of a platform when it has an allocator, no log and no threads: almost nothing.
#include "platform_api_extension.h"
#include "platform_api_vmcore.h"

int bh_platform_init(void)
{
  return 0;
}

void bh_platform_destroy(void)
{
}

// Used only without Alloc_With_Allocator.
void *os_malloc(unsigned size)
{
  (void)size;
  return NULL;
}

void *os_realloc(void *block, unsigned size)
{
  (void)block;
  (void)size;
  return NULL;
}

void os_free(void *block)
{
  (void)block;
}

int os_printf(const char *format, ...)
{
  (void)format;
  return 0;
}

int os_vprintf(const char *format, va_list arguments)
{
  (void)format;
  (void)arguments;
  return 0;
}

uint64 os_time_get_boot_us(void)
{
  return 0;
}

korp_tid os_self_thread(void)
{
  return 0;
}

// Unknown here, so WAMR does not check the C stack: interpreted calls do not nest on it.
uint8 *os_thread_get_stack_boundary(void)
{
  return NULL;
}

int os_mutex_init(korp_mutex *mutex)
{
  (void)mutex;
  return 0;
}

int os_mutex_destroy(korp_mutex *mutex)
{
  (void)mutex;
  return 0;
}

int os_mutex_lock(korp_mutex *mutex)
{
  (void)mutex;
  return 0;
}

int os_mutex_unlock(korp_mutex *mutex)
{
  (void)mutex;
  return 0;
}

// Linear memory comes from the allocator (WASM_MEM_ALLOC_WITH_USAGE), so nothing is ever mapped.
void *os_mmap(void *hint, size_t size, int protection, int flags, os_file_handle file)
{
  (void)hint;
  (void)size;
  (void)protection;
  (void)flags;
  (void)file;
  return NULL;
}

void os_munmap(void *address, size_t size)
{
  (void)address;
  (void)size;
}

int os_mprotect(void *address, size_t size, int protection)
{
  (void)address;
  (void)size;
  (void)protection;
  return 0;
}

void *os_mremap(void *old_address, size_t old_size, size_t new_size)
{
  (void)old_address;
  (void)old_size;
  (void)new_size;
  return NULL;
}

void os_dcache_flush(void)
{
}
