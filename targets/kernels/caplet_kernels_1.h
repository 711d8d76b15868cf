// SPDX-License-Identifier: MIT-0
// Kernels for accelerated capsules, interface 1 (docs/kernels.md): give `&caplet_kernels_1` to caplet_open.
// One source for every core: with Helium (Cortex-M55) or the DSP extension (Cortex-M4, M33) sums use that, else plain C.
// Compile with -ffp-contract=off: a fused multiply-add would change results.
#ifndef CAPLET_KERNELS_1_H
#define CAPLET_KERNELS_1_H

#include "caplet_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const caplet_kernels caplet_kernels_1;

// The kernels by themselves. The low words of `arguments`: parameters, input, output, scratch.
bool caplet_binary(const caplet_kernel_context *context, const uint64_t *arguments);
bool caplet_convolution(const caplet_kernel_context *context, const uint64_t *arguments);
bool caplet_copy(const caplet_kernel_context *context, const uint64_t *arguments);
bool caplet_depthwise(const caplet_kernel_context *context, const uint64_t *arguments);
bool caplet_fully_connected(const caplet_kernel_context *context, const uint64_t *arguments);
bool caplet_matrix_product(const caplet_kernel_context *context, const uint64_t *arguments);
bool caplet_pool(const caplet_kernel_context *context, const uint64_t *arguments);
bool caplet_softmax(const caplet_kernel_context *context, const uint64_t *arguments);
bool caplet_table(const caplet_kernel_context *context, const uint64_t *arguments);

// Bytes that the self-test needs, aligned to 4.
#define CAPLET_KERNELS_SELFTEST_BYTES 4096u

// Equality self-test: runs every kernel over fixed layers of every kind and compares the outputs' checksums with those of
// the portable twin. Returns 0, or the number (from 1) of the first layer that differs: the kernels were then built or
// run wrongly (a fused multiply-add, another rounding mode) and accelerated capsules must not be trusted. UINT32_MAX: the
// memory is too small or not aligned.
uint32_t caplet_kernels_selftest(uint8_t *memory, uint32_t memory_size);

#ifdef __cplusplus
}
#endif

#endif
