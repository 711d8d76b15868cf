// SPDX-License-Identifier: MIT-0
// The layers of the kernels' self-test, for those who compute them elsewhere.
#ifndef CAPLET_SELFTEST_H
#define CAPLET_SELFTEST_H

#include "caplet_kernels_1.h"

typedef struct caplet_selftest_layer {
  uint32_t kernel; // index in caplet_kernels_1.kernels
  caplet_kernel_context context; // memory first, weights behind it
  uint64_t arguments[4];
  uint32_t output_size; // bytes from arguments[2] on
  uint32_t checksum; // that they must have
} caplet_selftest_layer;

// Prepares layer `index` in `memory`, aligned to 4, of CAPLET_KERNELS_SELFTEST_BYTES. False: there is none.
bool caplet_selftest_prepare(caplet_selftest_layer *layer, uint32_t index, uint8_t *memory);

#endif
