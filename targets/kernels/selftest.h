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

// What a layer is made from.
typedef struct caplet_selftest_recipe {
  uint8_t kernel, requantizer, is_unsigned, flags, range;
  uint8_t groups, in_channels, out_channels; // fully connected: inputs and units are the channels
  uint8_t height, width, window_height, window_width, stride, dilation, pad;
  uint8_t extent; // convolution: chunk; depthwise: tile, square but for the output's size; pool: records
  uint8_t exponent; // the multipliers are about 2^(23 - exponent)
  uint32_t checksum;
} caplet_selftest_recipe;

// Indices in caplet_kernels_1.kernels.
enum { BINARY, CONVOLUTION, COPY, DEPTHWISE, FULLY_CONNECTED, MATRIX_PRODUCT, POOL, SOFTMAX, TABLE };
enum { PLAIN, WINDOW, FULL, FLOAT, RESULT, DOUBLE, QUOTIENT, PAIR_DOUBLE = 6 };
enum { CORRECTED = 1, WIDE = 2, PRODUCT = 4, DIFFERENCE = 8 };
enum { SIGNED_RANGE, UNSIGNED_RANGE, NARROW_RANGE };

// Generates its parameter block, contents and inputs from `seed`. The checksum is the recipe's.
void caplet_selftest_generate(caplet_selftest_layer *layer, const caplet_selftest_recipe *of, uint32_t seed,
                              uint8_t *memory);

#endif
