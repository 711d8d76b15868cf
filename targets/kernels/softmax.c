// SPDX-License-Identifier: MIT-0
// softmax: over the rows x = input[outer][0 .. length - 1][inner] of 8-bit elements:
//   t_j = table[255 - (max x - x_j)],  sum = float32 sum of t_j in index order,
//   y_j = clamp(rne(f32(f32(t_j * levels) / sum)) + zero point)
#include "caplet_kernels_1.h"
#include "read.h"

#include <string.h>

#define SOFTMAX_BLOCK 32u
#define SOFTMAX_TABLE 1024u

typedef struct softmax_layer {
  const uint8_t *table;
  uint32_t flip; // of uint8: as int8, so that one loop serves both
  uint32_t length;
  uint32_t inner;
  float levels;
  float overflow_from; // above it `overflow` is the output; infinite where that cannot be
  int32_t overflow;
  int32_t zero_point;
  float low;
  float high;
} softmax_layer;

static float load_float(const uint8_t *at)
{
  const uint32_t word = caplet_load_word(at);
  float value;
  memcpy(&value, &word, sizeof value);
  return value;
}

static int32_t element_of(const softmax_layer *layer, uint8_t byte)
{
  return (int32_t)(byte ^ layer->flip) - 128;
}

static float power_of(const softmax_layer *layer, uint8_t byte, int32_t greatest)
{
  return load_float(layer->table + 4u * (uint32_t)(255 - greatest + element_of(layer, byte)));
}

// Clamp first; then adding 1.5 * 2^23 rounds half to even.
static int32_t round_within(float value, float low, float high)
{
  uint32_t bits;
  if (!(value > low)) value = low;
  if (value > high) value = high;
  value += 12582912.0f;
  memcpy(&bits, &value, sizeof bits);
  return (int32_t)(bits - 0x4b400000u);
}

static void softmax_row(const softmax_layer *layer, const uint8_t *input, uint8_t *output)
{
  const uint32_t end = layer->length * layer->inner;
  int32_t greatest = -128;
  float sum = 0.0f;
  for (uint32_t at = 0; at < end; at += layer->inner) {
    const int32_t element = element_of(layer, input[at]);
    if (element > greatest) greatest = element;
  }
  for (uint32_t at = 0; at < end; at += layer->inner) sum += power_of(layer, input[at], greatest);
  for (uint32_t at = 0; at < end; at += layer->inner) {
    const float product = power_of(layer, input[at], greatest) * layer->levels;
    const float scaled = product / sum;
    const int32_t quantum = round_within(scaled, layer->low, layer->high) + layer->zero_point;
    output[at] = (uint8_t)(scaled >= layer->overflow_from ? layer->overflow : quantum);
  }
}

static bool is_level(int32_t value)
{
  return value >= -128 && value <= 255;
}

static bool read_levels(softmax_layer *layer, const uint8_t *block)
{
  const int32_t minimum = caplet_read_i16(block + 6);
  const int32_t maximum = caplet_read_i16(block + 8);
  layer->zero_point = caplet_read_i16(block + 4);
  layer->overflow = caplet_read_i16(block + 10);
  layer->low = (float)(minimum - layer->zero_point);
  layer->high = (float)(maximum - layer->zero_point);
  layer->levels = load_float(block + 24);
  layer->overflow_from = load_float(block + 28);
  return is_level(layer->zero_point) && is_level(minimum) && is_level(maximum) && is_level(layer->overflow) &&
         minimum <= maximum;
}

bool caplet_softmax(const caplet_kernel_context *context, const uint64_t *arguments)
{
  softmax_layer layer;
  const uint8_t *block =
    caplet_find_block(context, (uint32_t)arguments[CAPLET_PARAMETERS], SOFTMAX_BLOCK + SOFTMAX_TABLE);
  if (block == NULL || block[0] != 8u || block[1] > 1u || caplet_read_u16(block + 2) != 0u) return false;
  if (!read_levels(&layer, block)) return false;
  const uint32_t outer = caplet_read_u32(block + 12);
  layer.table = block + SOFTMAX_BLOCK;
  layer.flip = block[1] == 0u ? 0x80u : 0u;
  layer.length = caplet_read_u32(block + 16);
  layer.inner = caplet_read_u32(block + 20);
  const uint64_t line = (uint64_t)layer.length * layer.inner;
  if (outer == 0u || line == 0u || line > context->memory_size) return false;
  const uint64_t elements = outer * line;
  if (elements > context->memory_size ||
      !caplet_fits((uint32_t)arguments[CAPLET_INPUT], elements, context->memory_size) ||
      !caplet_fits((uint32_t)arguments[CAPLET_OUTPUT], elements, context->memory_size)) {
    return false;
  }
  const uint8_t *input = context->memory + (uint32_t)arguments[CAPLET_INPUT];
  uint8_t *output = context->memory + (uint32_t)arguments[CAPLET_OUTPUT];
  for (uint32_t i = 0; i < outer; i++) {
    for (uint32_t inner = 0; inner < layer.inner; inner++) softmax_row(&layer, input + inner, output + inner);
    input += line;
    output += line;
  }
  return true;
}
