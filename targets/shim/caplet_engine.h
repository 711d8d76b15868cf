// SPDX-License-Identifier: MIT-0
// Between the shim and its engines: what a binding (caplet_wamr.c, caplet_wasm3.c, caplet_native.c)
// implements. Applications include caplet.h alone.
#ifndef CAPLET_ENGINE_H
#define CAPLET_ENGINE_H

#include "caplet.h"
#include "caplet_heap.h"
#include "caplet_kernels.h"

// Keeps a function's frame off the C stack while others run: inlined, it would stay there.
#if defined(__GNUC__)
#define CAPLET_NOT_INLINED __attribute__((noinline))
#else
#define CAPLET_NOT_INLINED
#endif

typedef enum caplet_export { CAPLET_INVOKE, CAPLET_SELFTEST, CAPLET_RESET, CAPLET_EXPORTS } caplet_export;

extern const char *const caplet_export_names[CAPLET_EXPORTS];

// A capsule that wasm2c turned into C; see caplet_wasm2c.h.
struct caplet_native_code;

// While a function runs, caplet_current_heap is the capsule's.
struct caplet_engine {
  // Loads the module, finds its exports, sets capsule->memory, memory_size and instance.
  // Pre:  description, flash, kernels (as the caller gave them) and stack_size are set, the heap is empty.
  // Post: on an error everything is freed again.
  caplet_status (*open)(caplet_capsule *capsule);
  // Calls an export. `result` is selftest's.
  caplet_status (*call)(caplet_capsule *capsule, caplet_export function, uint32_t *result);
  void (*close)(caplet_capsule *capsule);
  const struct caplet_native_code *native; // NULL: the engine interprets `flash`
};

struct caplet_capsule {
  caplet_description description;
  const caplet_engine *engine;
  const uint8_t *flash;
  uint32_t flash_size;
  uint32_t stack_size; // 0: the engine chooses
  caplet_heap heap;
  const caplet_kernels *kernels;
  caplet_kernel_context kernel_context;
  uint8_t *memory; // linear memory, at least description.total bytes
  uint32_t memory_size;
  void *instance; // the engine's own
};

// For engines that interpret `flash`: refuses what no capsule is and imports that the firmware does not provide;
// finds the weights. Post: capsule->kernels is NULL where the capsule needs none.
caplet_status caplet_accept_module(caplet_capsule *capsule);

// Bytes of operand stack: the caller's, or `needed`; CAPLET_DEFAULT_STACK_SIZE where the descriptor says nothing.
// 0: the caller gave too few.
uint32_t caplet_choose_stack(const caplet_capsule *capsule, uint32_t needed);

// What an engine answers when it could not go on: MEMORY where the heap was exhausted, else ENGINE.
caplet_status caplet_engine_failure(const caplet_capsule *capsule);

#endif
