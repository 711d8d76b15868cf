// SPDX-License-Identifier: Apache-2.0
// Host kernels of an invented interface 7: sum(offset, count, address) adds weight bytes and stores the sum.
#include <string.h>

#include "caplet_kernels.h"

extern const caplet_kernels test_kernels;

static bool sum(const caplet_kernel_context *context, const uint64_t *arguments)
{
  const uint32_t offset = (uint32_t)arguments[0];
  const uint32_t count = (uint32_t)arguments[1];
  const uint32_t address = (uint32_t)arguments[2];
  uint32_t total = 0;
  if (!caplet_in_range(offset, count, context->weights_size)) return false;
  if (!caplet_in_range(address, sizeof total, context->memory_size)) return false;
  for (uint32_t index = 0; index < count; index++) total += context->weights[offset + index];
  memcpy(context->memory + address, &total, sizeof total);
  return true;
}

static bool unused(const caplet_kernel_context *context, const uint64_t *arguments)
{
  (void)context;
  (void)arguments;
  return false;
}

static const caplet_kernel kernels[] = {
  {"another", "(i)", unused},
  {"sum", "(iii)", sum},
};

const caplet_kernels test_kernels = {7, "caplet_kernels_7", kernels, 2, NULL};
