// SPDX-License-Identifier: MIT-0
// A block is a header of 4 bytes and its contents. The header holds the block's size, itself included, a
// multiple of 8; its lowest bit says whether the block is used. Blocks follow each other without a gap:
//
//   blocks  | size|1  contents ... | size|0  free ... | size|1  contents ... |  blocks + size
//           4 mod 8   0 mod 8
#include "caplet_heap.h"

#include <string.h>

#define HEADER 4u
#define USED 1u

caplet_heap *caplet_current_heap;

static uint32_t header_at(const caplet_heap *heap, uint32_t offset)
{
  uint32_t header;
  memcpy(&header, heap->blocks + offset, HEADER);
  return header;
}

static void set_header(caplet_heap *heap, uint32_t offset, uint32_t header)
{
  memcpy(heap->blocks + offset, &header, HEADER);
}

static uint32_t offset_of(const caplet_heap *heap, const void *block)
{
  return (uint32_t)((const uint8_t *)block - heap->blocks) - HEADER;
}

// Bytes of a block that holds `size`; 0 where that is more than any heap has.
static uint32_t block_size(size_t size)
{
  if (size > UINT32_MAX - 16u) return 0;
  return ((uint32_t)size + HEADER + 7u) & ~7u;
}

void caplet_heap_open(caplet_heap *heap, uint8_t *memory, size_t memory_size)
{
  const size_t skip = (size_t)(((uintptr_t)HEADER - (uintptr_t)memory) & 7u);
  const size_t usable = memory_size > skip ? memory_size - skip : 0;
  heap->blocks = memory + (memory_size > skip ? skip : 0);
  heap->size = (uint32_t)(usable > 0xFFFFFFF0u ? 0xFFFFFFF0u : usable) & ~7u;
  heap->most = 0;
  heap->is_exhausted = false;
  if (heap->size > 0) set_header(heap, 0, heap->size);
}

// Joins the free block at `offset` with the free ones behind it; its size.
static uint32_t join(caplet_heap *heap, uint32_t offset)
{
  uint32_t size = header_at(heap, offset);
  while (offset + size < heap->size) {
    const uint32_t next = header_at(heap, offset + size);
    if ((next & USED) != 0) break;
    size += next;
  }
  set_header(heap, offset, size);
  return size;
}

// Uses the first `wanted` of the `size` free bytes at `offset`.
static void *take(caplet_heap *heap, uint32_t offset, uint32_t size, uint32_t wanted)
{
  if (size > wanted) set_header(heap, offset + wanted, size - wanted);
  set_header(heap, offset, wanted | USED);
  if (offset + wanted > heap->most) heap->most = offset + wanted;
  return heap->blocks + offset + HEADER;
}

void *caplet_heap_allocate(caplet_heap *heap, size_t size)
{
  const uint32_t wanted = block_size(size);
  uint32_t offset = 0;
  while (wanted != 0 && offset < heap->size) {
    const uint32_t header = header_at(heap, offset);
    if ((header & USED) == 0) {
      const uint32_t available = join(heap, offset);
      if (available >= wanted) return take(heap, offset, available, wanted);
      offset += available;
    } else {
      offset += header & ~USED;
    }
  }
  heap->is_exhausted = true;
  return NULL;
}

void *caplet_heap_resize(caplet_heap *heap, void *block, size_t size)
{
  if (block == NULL) return caplet_heap_allocate(heap, size);
  const uint32_t wanted = block_size(size);
  const uint32_t offset = offset_of(heap, block);
  const uint32_t old = header_at(heap, offset) & ~USED;
  uint32_t available = old;
  if (offset + old < heap->size && (header_at(heap, offset + old) & USED) == 0) {
    available += join(heap, offset + old);
  }
  if (wanted != 0 && wanted <= available) return take(heap, offset, available, wanted);
  void *moved = caplet_heap_allocate(heap, size);
  if (moved == NULL) return NULL;
  memcpy(moved, block, old - HEADER);
  caplet_heap_free(heap, block);
  return moved;
}

void caplet_heap_free(caplet_heap *heap, void *block)
{
  if (block == NULL) return;
  const uint32_t offset = offset_of(heap, block);
  set_header(heap, offset, header_at(heap, offset) & ~USED);
}

uint32_t caplet_heap_now(const caplet_heap *heap)
{
  uint32_t end = 0;
  for (uint32_t offset = 0; offset < heap->size;) {
    const uint32_t header = header_at(heap, offset);
    offset += header & ~USED;
    if ((header & USED) != 0) end = offset;
  }
  return end;
}
