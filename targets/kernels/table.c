// SPDX-License-Identifier: MIT-0
// table: output element = table[channel][input byte], 256 entries of one or four bytes, read in flash.
//   Elements lie [outer][channels][inner].
#include "caplet_kernels_1.h"
#include "read.h"

#define TABLE_BLOCK 16u

static void map_bytes(const uint8_t *table, const uint8_t *input, uint8_t *output, uint32_t count)
{
  const uint8_t *end = input + count;
  while (input != end) *output++ = table[*input++];
}

static void map_words(const uint8_t *table, const uint8_t *input, uint8_t *output, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    caplet_store_word(output + 4u * i, caplet_load_word(table + 4u * input[i]));
  }
}

bool caplet_table(const caplet_kernel_context *context, const uint64_t *arguments)
{
  const uint8_t *block = caplet_find_block(context, (uint32_t)arguments[CAPLET_PARAMETERS], TABLE_BLOCK);
  if (block == NULL || block[0] != 6u || (block[1] != 1u && block[1] != 4u) || caplet_read_u16(block + 2) != 0u) {
    return false;
  }
  const uint32_t size = block[1];
  const uint32_t outer = caplet_read_u32(block + 4);
  const uint32_t channels = caplet_read_u32(block + 8);
  const uint32_t inner = caplet_read_u32(block + 12);
  const uint64_t line = (uint64_t)channels * inner;
  if (outer == 0u || line == 0u || line > context->memory_size) return false;
  const uint64_t elements = outer * line;
  if (elements > context->memory_size) return false;
  if (!caplet_fits((uint32_t)arguments[CAPLET_PARAMETERS], TABLE_BLOCK + 256u * size * (uint64_t)channels,
                   context->weights_size) ||
      !caplet_fits((uint32_t)arguments[CAPLET_INPUT], elements, context->memory_size) ||
      !caplet_fits((uint32_t)arguments[CAPLET_OUTPUT], elements * size, context->memory_size)) {
    return false;
  }
  const uint8_t *input = context->memory + (uint32_t)arguments[CAPLET_INPUT];
  uint8_t *output = context->memory + (uint32_t)arguments[CAPLET_OUTPUT];
  for (uint32_t i = 0; i < outer; i++) {
    const uint8_t *table = block + TABLE_BLOCK;
    for (uint32_t channel = 0; channel < channels; channel++) {
      if (size == 1u) map_bytes(table, input, output, inner);
      else map_words(table, input, output, inner);
      table += 256u * size;
      input += inner;
      output += inner * size;
    }
  }
  return true;
}
