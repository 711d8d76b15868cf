// SPDX-License-Identifier: MIT-0
// Parts of WAMR that a capsule never reaches, and that would cost several KB of flash: its own pool allocator
// (memory comes from caplet_heap), its log, and the traps of its wasm-c-api.
#include "bh_log.h"
#include "mem_alloc.h"
#include "platform_common.h"
#include "wasm_c_api.h"

mem_allocator_t mem_allocator_create(void *memory, uint32_t size)
{
  (void)memory;
  (void)size;
  return NULL;
}

mem_allocator_t mem_allocator_create_with_struct_and_pool(void *structure, uint32_t structure_size,
                                                          void *pool, uint32_t pool_size)
{
  (void)structure;
  (void)structure_size;
  (void)pool;
  (void)pool_size;
  return NULL;
}

int mem_allocator_destroy(mem_allocator_t allocator)
{
  (void)allocator;
  return 0;
}

uint32 mem_allocator_get_heap_struct_size(void)
{
  return 0;
}

void *mem_allocator_malloc(mem_allocator_t allocator, uint32_t size)
{
  (void)allocator;
  (void)size;
  return NULL;
}

void *mem_allocator_malloc_aligned(mem_allocator_t allocator, uint32_t size, uint32_t alignment)
{
  (void)allocator;
  (void)size;
  (void)alignment;
  return NULL;
}

void *mem_allocator_realloc(mem_allocator_t allocator, void *block, uint32_t size)
{
  (void)allocator;
  (void)block;
  (void)size;
  return NULL;
}

void mem_allocator_free(mem_allocator_t allocator, void *block)
{
  (void)allocator;
  (void)block;
}

int mem_allocator_migrate(mem_allocator_t allocator, char *pool, uint32 pool_size)
{
  (void)allocator;
  (void)pool;
  (void)pool_size;
  return -1;
}

bool mem_allocator_is_heap_corrupted(mem_allocator_t allocator)
{
  (void)allocator;
  return false;
}

bool mem_allocator_get_alloc_info(mem_allocator_t allocator, void *info)
{
  (void)allocator;
  (void)info;
  return false;
}

void wasm_trap_delete(wasm_trap_t *trap)
{
  (void)trap;
}

void bh_log(LogLevel level, const char *file, int line, const char *format, ...)
{
  (void)level;
  (void)file;
  (void)line;
  (void)format;
}
