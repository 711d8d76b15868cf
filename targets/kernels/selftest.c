// SPDX-License-Identifier: MIT-0
// Layers of every kind with pseudo-random weights and inputs: made by a generator rather than stored, so that the test
// costs little flash. Checksums (FNV-1a) are those of the portable twin's outputs.
#include "selftest.h"

static const caplet_selftest_recipe recipes[] = {
  {CONVOLUTION, FLOAT, 0, 0, SIGNED_RANGE, 1, 8, 9, 3, 3, 1, 1, 1, 1, 0, 8, 32, 0x7ae9b627u},
  {CONVOLUTION, FULL, 1, 0, UNSIGNED_RANGE, 1, 3, 5, 5, 6, 3, 3, 1, 1, 1, 28, 33, 0xe9698937u},
  {CONVOLUTION, WINDOW, 0, 0, NARROW_RANGE, 1, 5, 4, 4, 5, 3, 2, 2, 1, 1, 12, 33, 0x3c3c0566u},
  {CONVOLUTION, PLAIN, 0, 0, SIGNED_RANGE, 2, 6, 10, 6, 5, 2, 2, 1, 2, 1, 12, 32, 0x18dc9041u},
  {CONVOLUTION, FLOAT, 1, CORRECTED, UNSIGNED_RANGE, 1, 4, 7, 4, 4, 2, 2, 1, 1, 0, 8, 33, 0x1b172c7du},
  {CONVOLUTION, RESULT, 0, 0, SIGNED_RANGE, 1, 12, 6, 1, 3, 1, 1, 1, 1, 0, 12, 33, 0x3c2fdf3bu},
  {DEPTHWISE, FLOAT, 0, 0, SIGNED_RANGE, 4, 4, 4, 9, 5, 3, 3, 1, 1, 1, 9, 31, 0x40094690u},
  {DEPTHWISE, FLOAT, 1, 0, UNSIGNED_RANGE, 3, 3, 3, 7, 9, 3, 3, 2, 1, 1, 3, 31, 0xcf548dccu},
  {DEPTHWISE, FULL, 0, 0, SIGNED_RANGE, 2, 2, 4, 6, 6, 2, 5, 1, 1, 2, 4, 31, 0x8e0ff18eu},
  {DEPTHWISE, WINDOW, 0, 0, NARROW_RANGE, 3, 3, 3, 5, 9, 3, 3, 1, 2, 1, 9, 31, 0x2af7ae16u},
  {DEPTHWISE, PLAIN, 1, WIDE, SIGNED_RANGE, 2, 2, 2, 4, 30, 1, 13, 1, 1, 0, 30, 40, 0x1b01b892u},
  {FULLY_CONNECTED, FLOAT, 0, 0, SIGNED_RANGE, 1, 22, 6, 1, 1, 1, 1, 1, 1, 0, 0, 32, 0xfd3a8d8du},
  {FULLY_CONNECTED, FULL, 1, CORRECTED, UNSIGNED_RANGE, 1, 16, 9, 1, 1, 1, 1, 1, 1, 0, 0, 35, 0xb6c534f8u},
  {FULLY_CONNECTED, RESULT, 0, 0, SIGNED_RANGE, 1, 31, 5, 1, 1, 1, 1, 1, 1, 0, 0, 33, 0xeddc399au},
  {POOL, PLAIN, 0, 0, SIGNED_RANGE, 1, 7, 7, 5, 6, 3, 2, 2, 1, 1, 0, 23, 0x2fb51749u},
  {POOL, FULL, 1, 0, UNSIGNED_RANGE, 1, 6, 6, 5, 4, 2, 3, 1, 1, 1, 6, 30, 0x68feb74eu},
  {POOL, FLOAT, 0, 0, SIGNED_RANGE, 1, 5, 5, 7, 50, 7, 49, 1, 1, 0, 1, 31, 0xd86ec14au},
  {BINARY, FLOAT, 0, 0, SIGNED_RANGE, 0, 0, 0, 9, 13, 0, 0, 0, 0, 0, 0, 0, 0x5000a2bdu},
  {BINARY, FLOAT, 1, PRODUCT, UNSIGNED_RANGE, 0, 0, 0, 6, 17, 0, 0, 0, 0, 0, 0, 0, 0x86cd3640u},
  {BINARY, PLAIN, 1, 0, UNSIGNED_RANGE, 0, 0, 0, 5, 16, 0, 0, 0, 0, 0, 0, 0, 0x60fa376fu},
  {BINARY, WINDOW, 0, PRODUCT, SIGNED_RANGE, 0, 0, 0, 8, 11, 0, 0, 0, 0, 0, 0, 0, 0x15172d76u},
  {TABLE, 0, 0, 0, 0, 0, 3, 0, 4, 9, 0, 0, 0, 0, 0, 0, 0, 0x618b246fu},
  {COPY, 0, 0, 0, 0, 0, 0, 0, 11, 14, 0, 0, 0, 0, 0, 0, 0, 0x548a868bu},
  {SOFTMAX, 0, 0, 0, SIGNED_RANGE, 0, 3, 0, 4, 9, 0, 0, 0, 0, 0, 0, 0, 0x2030f1f7u},
  {SOFTMAX, 0, 1, 0, UNSIGNED_RANGE, 0, 24, 0, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0x30347c9au},
  {MATRIX_PRODUCT, FLOAT, 0, 0, SIGNED_RANGE, 0, 11, 0, 6, 5, 0, 0, 0, 0, 0, 0, 31, 0xd23ff183u},
  {MATRIX_PRODUCT, FULL, 1, 0, UNSIGNED_RANGE, 0, 7, 0, 9, 6, 0, 0, 0, 0, 0, 0, 31, 0x35f40afau},
  {CONVOLUTION, DOUBLE, 0, 0, SIGNED_RANGE, 1, 7, 9, 4, 4, 2, 3, 1, 1, 1, 12, 33, 0x3af1eb79u},
  {DEPTHWISE, DOUBLE, 0, 0, NARROW_RANGE, 4, 4, 4, 6, 7, 3, 3, 1, 1, 1, 7, 31, 0x39e473b4u},
  {FULLY_CONNECTED, DOUBLE, 0, CORRECTED, SIGNED_RANGE, 1, 20, 7, 1, 1, 1, 1, 1, 1, 0, 0, 33, 0xf6d352b2u},
  {POOL, QUOTIENT, 0, 0, SIGNED_RANGE, 1, 5, 5, 6, 5, 2, 3, 1, 1, 1, 1, 0, 0x796eab82u},
  {BINARY, PAIR_DOUBLE, 0, 0, SIGNED_RANGE, 0, 0, 0, 9, 12, 0, 0, 0, 0, 0, 0, 0, 0xa7bd14c9u},
  {BINARY, PAIR_DOUBLE, 1, DIFFERENCE, UNSIGNED_RANGE, 0, 0, 0, 7, 11, 0, 0, 0, 0, 0, 0, 0, 0xd5535649u},
  {BINARY, PAIR_DOUBLE, 0, PRODUCT, NARROW_RANGE, 0, 0, 0, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0x1683c447u},
};

bool caplet_selftest_prepare(caplet_selftest_layer *layer, uint32_t index, uint8_t *memory)
{
  if (index >= sizeof recipes / sizeof recipes[0]) return false;
  caplet_selftest_generate(layer, &recipes[index], 0x2545f491u + index, memory);
  return true;
}

static uint32_t checksum_of(const uint8_t *bytes, uint32_t count)
{
  uint32_t hash = 0x811c9dc5u;
  for (uint32_t i = 0; i < count; i++) hash = (hash ^ bytes[i]) * 16777619u;
  return hash;
}

uint32_t caplet_kernels_selftest(uint8_t *memory, uint32_t memory_size)
{
  caplet_selftest_layer layer;
  if (memory_size < CAPLET_KERNELS_SELFTEST_BYTES || (uintptr_t)memory % 4u != 0u) return UINT32_MAX;
  for (uint32_t index = 0; caplet_selftest_prepare(&layer, index, memory); index++) {
    const caplet_kernel *kernel = &caplet_kernels_1.kernels[layer.kernel];
    if (!kernel->function(&layer.context, layer.arguments)) return index + 1u;
    if (checksum_of(memory + layer.arguments[2], layer.output_size) != layer.checksum) return index + 1u;
  }
  return 0;
}
