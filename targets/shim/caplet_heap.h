// SPDX-License-Identifier: MIT-0
// The memory that a caller gave for one capsule, dealt out to the shim and to the engine. First fit, lowest
// address first: so the bytes below the highest end that was ever used are enough for the same run.
#ifndef CAPLET_HEAP_H
#define CAPLET_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct caplet_heap {
  uint8_t *blocks; // a multiple of 8, plus 4: each block begins with a header of 4 bytes
  uint32_t size;
  uint32_t most; // the highest end of a used block
  bool is_exhausted; // a request failed since this was last cleared
} caplet_heap;

void caplet_heap_open(caplet_heap *heap, uint8_t *memory, size_t memory_size);

// Multiples of 8 bytes, aligned to 8. NULL where no gap is large enough; not zeroed.
void *caplet_heap_allocate(caplet_heap *heap, size_t size);
// As C's realloc: keeps what fits, and NULL leaves the old block as it is.
void *caplet_heap_resize(caplet_heap *heap, void *block, size_t size);
void caplet_heap_free(caplet_heap *heap, void *block);

// The end of the last used block.
uint32_t caplet_heap_now(const caplet_heap *heap);

// The heap of the capsule that is running: engines ask for memory without saying for whom.
extern caplet_heap *caplet_current_heap;

#endif
