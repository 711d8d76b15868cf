// SPDX-License-Identifier: MIT-0
// Host kernels: what an accelerated capsule imports (module "caplet_kernels_<interface>"), how engines call
// it. Every parameter is an i32 and there is no result. A kernel checks each address range once, against its
// context.
#ifndef CAPLET_KERNELS_H
#define CAPLET_KERNELS_H

#include "caplet.h"

#ifdef __cplusplus
extern "C" {
#endif

// What a kernel may touch. Weights are read where they are, in flash.
typedef struct caplet_kernel_context {
  uint8_t *memory;
  uint32_t memory_size;
  const uint8_t *weights;
  uint32_t weights_size;
} caplet_kernel_context;

// The low 32 bits of each of `arguments` are a parameter. False: one is out of range, and the capsule traps.
typedef bool (*caplet_kernel_function)(const caplet_kernel_context *context, const uint64_t *arguments);

typedef struct caplet_kernel {
  const char *name;      // of the import
  const char *signature; // "(iii)": one i per parameter, at most CAPLET_KERNEL_PARAMETERS
  caplet_kernel_function function;
} caplet_kernel;

#define CAPLET_KERNEL_PARAMETERS 24u

struct caplet_kernels {
  uint32_t kernel_interface; // the version that a capsule's descriptor must name
  const char *module;        // "caplet_kernels_1" for version 1
  const caplet_kernel *kernels;
  uint32_t count;
  // Before caplet_open, in the capsule's memory: 0 = the kernels compute on this core what they should. NULL: none.
  uint32_t (*selftest)(uint8_t *memory, uint32_t memory_size);
};

// Whether `size` bytes at `address` lie within `available` bytes. No sum that could wrap.
static inline bool caplet_in_range(uint32_t address, uint32_t size, uint32_t available)
{
  return size <= available && address <= available - size;
}

#ifdef __cplusplus
}
#endif

#endif
