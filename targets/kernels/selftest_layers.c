// SPDX-License-Identifier: MIT-0
// The generator of the self-test's layers.
#include "selftest.h"

#include "layer.h"

#include <string.h>

typedef struct generator {
  uint32_t state;
} generator;

static uint32_t next(generator *from)
{
  from->state = from->state * 1664525u + 1013904223u;
  return from->state;
}

static void fill(generator *from, uint8_t *to, uint32_t bytes)
{
  for (uint32_t i = 0; i < bytes; i++) to[i] = (uint8_t)(next(from) >> 24);
}

static uint8_t *put_u16(uint8_t *to, uint32_t value)
{
  to[0] = (uint8_t)value;
  to[1] = (uint8_t)(value >> 8);
  return to + 2;
}

static uint8_t *put_u32(uint8_t *to, uint32_t value)
{
  return put_u16(put_u16(to, value), value >> 16);
}

// Bias, then a multiplier; every fourth one is a power of two, so that ties occur.
static uint8_t *put_record(generator *from, const caplet_selftest_recipe *of, uint8_t *to)
{
  uint32_t mantissa = next(from) >> 9;
  if (mantissa % 4u == 0u) mantissa = 0;
  to = put_u32(to, (next(from) >> 17) - 16384u);
  if (of->requantizer == DOUBLE) {
    to = put_u32(to, (mantissa | 1u << 23) << 7);
    to = put_u32(to, 1u | (of->exponent - 23u) << 8);
  } else if (of->requantizer >= FLOAT) {
    to = put_u32(to, (150u - of->exponent) << 23 | mantissa);
    if (of->requantizer == RESULT) {
      const uint32_t exponent = 120u + (next(from) >> 29);
      to = put_u32(to, exponent << 23 | next(from) >> 9);
    }
  } else {
    const uint64_t multiplier = (uint64_t)(mantissa | 1u << 23) << (42u - of->exponent);
    to = put_u32(put_u32(to, (uint32_t)multiplier), (uint32_t)(multiplier >> 32));
    if (of->requantizer == WINDOW) to = put_u32(to, 1u << 18);
  }
  return (of->flags & CORRECTED) != 0 ? put_u32(to, next(from) >> 25) : to;
}

static uint8_t *put_layer_contents(generator *from, const caplet_selftest_recipe *of, uint8_t *to)
{
  const uint32_t taps = (uint32_t)of->window_height * of->window_width;
  const uint32_t block = of->kernel == DEPTHWISE ? 1u : 4u;
  const uint32_t group_out = of->out_channels / (of->kernel == DEPTHWISE ? 1u : of->groups);
  const uint32_t bytes =
    of->kernel == DEPTHWISE ? taps * ((of->flags & WIDE) != 0 ? 2u : 1u) : taps * (of->in_channels / of->groups);
  for (uint32_t channel = 0; channel < of->out_channels;) {
    const uint32_t left = group_out - channel % group_out;
    const uint32_t channels = left < block ? left : block;
    const uint32_t weights = channels * ((bytes + 3u) & ~3u);
    for (uint32_t i = 0; i < channels; i++) to = put_record(from, of, to);
    fill(from, to, weights);
    to += weights;
    channel += channels;
  }
  return to;
}

static uint8_t *put_contents(generator *from, const caplet_selftest_recipe *of, uint8_t *to)
{
  if (of->kernel != POOL) return put_layer_contents(from, of, to);
  if (of->requantizer == QUOTIENT) return to;
  for (uint32_t i = 0; i < of->extent; i++) to = put_record(from, of, to);
  return to;
}

static uint32_t output_of(const caplet_selftest_recipe *of, uint32_t size, uint32_t window)
{
  return (size + 2u * of->pad - (window - 1u) * of->dilation - 1u) / of->stride + 1u;
}

static uint8_t *put_plane(uint8_t *to, uint32_t height, uint32_t width)
{
  return put_u16(put_u16(to, height), width);
}

static const uint8_t codes[] = {5, 1, 7, 2, 3, 9, 4, 8, 6};
static const int16_t levels[][3] = {{3, -128, 127}, {130, 0, 255}, {-10, -10, 60}};

static uint8_t *put_block(const caplet_selftest_recipe *of, caplet_plane out, uint8_t *to)
{
  const uint8_t head[] = {codes[of->kernel], of->requantizer, of->is_unsigned, of->flags};
  memcpy(to, head, sizeof head);
  to = put_u16(to + sizeof head, of->is_unsigned != 0 ? 120u : 0xfffbu);
  for (uint32_t i = 0; i < 3u; i++) to = put_u16(to, (uint32_t)(int32_t)levels[of->range][i]);
  if (of->kernel == FULLY_CONNECTED) return put_u32(put_u32(to, of->in_channels), of->out_channels);
  to = put_plane(to, 1, of->groups);
  to = put_plane(to, of->in_channels, of->out_channels);
  to = put_plane(to, of->height, of->width);
  to = put_plane(to, out.height, out.width);
  to = put_plane(to, of->window_height, of->window_width);
  to = put_plane(to, of->stride, of->stride);
  to = put_plane(to, of->dilation, of->dilation);
  to = put_plane(to, of->pad, of->pad);
  if (of->kernel != DEPTHWISE) return put_plane(to, of->extent, 0);
  return put_plane(to, caplet_least(of->extent, out.height), caplet_least(of->extent, out.width));
}

// Rows of a matrix with a row: a broadcast, as scales and biases are.
static uint8_t *put_binary(generator *from, const caplet_selftest_recipe *of, uint8_t *to)
{
  const uint32_t loops[] = {1, 1, 1, of->height, of->width, 0, 0, 0, of->width, 1, 0, 0, 0, 0, 1};
  const uint8_t operation = (of->flags & PRODUCT) != 0 ? 1u : (of->flags & DIFFERENCE) != 0 ? 2u : 0u;
  const uint8_t head[] = {codes[BINARY], of->requantizer, of->is_unsigned, operation};
  memcpy(to, head, sizeof head);
  to = put_u16(put_u16(to + sizeof head, of->is_unsigned != 0 ? 120u : 0xfffbu), 7);
  for (uint32_t i = 0; i < 3u; i++) to = put_u16(to, (uint32_t)(int32_t)levels[of->range][i]);
  to = put_u16(to, 0);
  for (uint32_t i = 0; i < sizeof loops / sizeof loops[0]; i++) to = put_u32(to, loops[i]);
  if (of->requantizer == FLOAT) {
    // Scales about 2^-4, that of products about 2^-2.
    const uint32_t exponent = (of->flags & PRODUCT) != 0 ? 125u : 123u;
    to = put_u32(to, 123u << 23 | next(from) >> 9);
    to = put_u32(to, 123u << 23 | next(from) >> 9);
    return put_u32(to, exponent << 23 | next(from) >> 9);
  }
  if (of->requantizer == PAIR_DOUBLE) {
    // Factors of about 1/2 and 3/4 of 2^20, 1 of 2^-20; of products 1/64.
    const uint32_t is_product = operation == 1u;
    to = put_u32(put_u32(put_u32(to, 0), 1u << 30), 21u);
    to = put_u32(put_u32(put_u32(to, 0), 1u << 30 | next(from) >> 2), 21u | 1u << 8);
    return put_u32(put_u32(put_u32(to, 0), 1u << 30 | next(from) >> 2), 1u | (is_product != 0u ? 6u : 19u) << 8);
  }
  // Units of 2^30: factors of about 1/2, for products 1/64; the zero point and one half are in the addend.
  const uint32_t fewer = (of->flags & PRODUCT) != 0 ? 5u : 0u;
  const uint64_t addend = ((uint64_t)(int64_t)levels[of->range][0] << 30) + (1u << 29);
  to = put_u32(put_u32(to, (1u << 29 | next(from) >> 4) >> fewer), 0);
  to = put_u32(put_u32(to, 1u << 28 | next(from) >> 4), 0);
  to = put_u32(put_u32(to, (uint32_t)addend), (uint32_t)(addend >> 32));
  to = put_u32(put_u32(to, 1u << 20), 0);
  return put_u32(to, 30);
}

static uint8_t *put_table(generator *from, const caplet_selftest_recipe *of, uint8_t *to)
{
  to = put_u32(to, codes[TABLE] | 1u << 8);
  to = put_u32(put_u32(put_u32(to, of->height), of->in_channels), of->width);
  fill(from, to, 256u * of->in_channels);
  return to + 256u * of->in_channels;
}

// Rows [height][channels] times columns [channels][width], which follow the rows.
static uint8_t *put_matrix_product(generator *from, const caplet_selftest_recipe *of, uint8_t *to)
{
  const uint8_t head[] = {codes[MATRIX_PRODUCT], of->requantizer, of->is_unsigned != 0 ? 3 : 0, 0};
  const uint32_t sizes[] = {1, 1, 1, 0, 0, 0, 0, 0, 0, of->height, of->in_channels, of->width,
                            of->in_channels, 1, of->width, 1, of->width};
  memcpy(to, head, sizeof head);
  to = put_u16(to + sizeof head, of->is_unsigned != 0 ? 120u : 0xfffbu);
  for (uint32_t i = 0; i < 3u; i++) to = put_u16(to, (uint32_t)(int32_t)levels[of->range][i]);
  for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) to = put_u32(to, sizes[i]);
  for (uint32_t i = 0; i < of->width; i++) {
    to = put_record(from, of, to);
    to = put_u32(to, next(from) >> 26);
  }
  return to;
}

// Powers of about 2^(-1/8) from 1 downwards.
static uint8_t *put_softmax(generator *from, const caplet_selftest_recipe *of, uint8_t *to)
{
  const uint8_t head[] = {codes[SOFTMAX], of->is_unsigned, 0, 0};
  memcpy(to, head, sizeof head);
  to += sizeof head;
  for (uint32_t i = 0; i < 3u; i++) to = put_u16(to, (uint32_t)(int32_t)levels[of->range][i]);
  to = put_u16(to, (uint32_t)(int32_t)levels[of->range][2]);
  to = put_u32(put_u32(put_u32(to, of->height), of->in_channels), of->width);
  to = put_u32(put_u32(to, 0x43800000u), 0x7f800000u); // 256 levels, no overflow
  for (uint32_t i = 0; i < 256u; i++) to = put_u32(to, (96u + i / 8u) << 23 | next(from) >> 9);
  return to;
}

// A matrix transposed, its columns from the last to the first.
static uint8_t *put_copy(const caplet_selftest_recipe *of, uint8_t *to)
{
  const uint32_t loops[][3] = {{of->width, UINT32_MAX, of->height}, {of->height, of->width, 1}};
  to = put_u32(put_u32(to, codes[COPY]), 1);
  for (uint32_t i = 0; i < 6u; i++) {
    for (uint32_t k = 0; k < 3u; k++) to = put_u32(to, i < 4u ? (k == 0u ? 1u : 0u) : loops[i - 4u][k]);
  }
  return to;
}

void caplet_selftest_generate(caplet_selftest_layer *layer, const caplet_selftest_recipe *of, uint32_t seed,
                              uint8_t *memory)
{
  const uint32_t half = CAPLET_KERNELS_SELFTEST_BYTES / 2u;
  generator from = {seed};
  uint8_t *weights = memory + half;
  const uint8_t *end;
  uint32_t inputs = (uint32_t)of->height * (of->kernel == MATRIX_PRODUCT ? 1u : of->width) *
                    (of->in_channels == 0u ? 1u : of->in_channels);
  uint32_t outputs = inputs;
  layer->arguments[1] = 0;
  if (of->kernel == BINARY) {
    end = put_binary(&from, of, weights);
    inputs += of->width;
  } else if (of->kernel == MATRIX_PRODUCT) {
    end = put_matrix_product(&from, of, weights);
    inputs += (uint32_t)of->in_channels * of->width;
    outputs = (uint32_t)of->height * of->width;
  } else if (of->kernel == SOFTMAX) {
    end = put_softmax(&from, of, weights);
  } else if (of->kernel == TABLE) {
    end = put_table(&from, of, weights);
  } else if (of->kernel == COPY) {
    end = put_copy(of, weights);
    layer->arguments[1] = of->width - 1u;
  } else {
    const caplet_plane out = {output_of(of, of->height, of->window_height), output_of(of, of->width, of->window_width)};
    end = put_contents(&from, of, put_block(of, out, weights));
    outputs = out.height * out.width * of->out_channels * (of->requantizer == RESULT ? 4u : 1u);
  }
  fill(&from, memory, inputs);
  const caplet_kernel_context context = {memory, half, weights, (uint32_t)(end - weights)};
  layer->kernel = of->kernel;
  layer->context = context;
  layer->arguments[0] = 0;
  layer->arguments[2] = inputs;
  layer->arguments[3] = of->kernel == BINARY           ? inputs - of->width
                        : of->kernel == MATRIX_PRODUCT ? inputs - (uint32_t)of->in_channels * of->width
                                                       : caplet_fill_up(inputs + outputs);
  layer->output_size = outputs;
  layer->checksum = of->checksum;
}
