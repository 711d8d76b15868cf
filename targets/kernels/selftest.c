// SPDX-License-Identifier: MIT-0
// Layers of every kind with pseudo-random weights and inputs: made by a generator rather than stored, so that the test
// costs little flash. Checksums (FNV-1a) are those of the portable twin's outputs.
#include "selftest.h"

#include "layer.h"

#include <string.h>

// Indices in caplet_kernels_1.kernels.
enum { CONVOLUTION = 1, DEPTHWISE = 3, FULLY_CONNECTED = 4 };
enum { PLAIN, WINDOW, FULL, FLOAT, RESULT };
enum { CORRECTED = 1, WIDE = 2 };
enum { SIGNED_RANGE, UNSIGNED_RANGE, NARROW_RANGE };

typedef struct recipe {
  uint8_t kernel, requantizer, is_unsigned, flags, range;
  uint8_t groups, in_channels, out_channels; // fully connected: inputs and units are the channels
  uint8_t height, width, window_height, window_width, stride, dilation, pad;
  uint8_t extent; // convolution: chunk; depthwise: tile, square but for the output's size
  uint8_t exponent; // the multipliers are about 2^(23 - exponent)
  uint32_t checksum;
} recipe;

static const recipe recipes[] = {
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
};

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
static uint8_t *put_record(generator *from, const recipe *of, uint8_t *to)
{
  uint32_t mantissa = next(from) >> 9;
  if (mantissa % 4u == 0u) mantissa = 0;
  to = put_u32(to, (next(from) >> 17) - 16384u);
  if (of->requantizer >= FLOAT) {
    to = put_u32(to, (150u - of->exponent) << 23 | mantissa);
    if (of->requantizer == RESULT) to = put_u32(to, (120u + (next(from) >> 29)) << 23 | next(from) >> 9);
  } else {
    const uint64_t multiplier = (uint64_t)(mantissa | 1u << 23) << (42u - of->exponent);
    to = put_u32(put_u32(to, (uint32_t)multiplier), (uint32_t)(multiplier >> 32));
    if (of->requantizer == WINDOW) to = put_u32(to, 1u << 18);
  }
  return (of->flags & CORRECTED) != 0 ? put_u32(to, next(from) >> 25) : to;
}

static uint8_t *put_contents(generator *from, const recipe *of, uint8_t *to)
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

static uint32_t output_of(const recipe *of, uint32_t size, uint32_t window)
{
  return (size + 2u * of->pad - (window - 1u) * of->dilation - 1u) / of->stride + 1u;
}

static uint8_t *put_plane(uint8_t *to, uint32_t height, uint32_t width)
{
  return put_u16(put_u16(to, height), width);
}

static uint8_t *put_block(const recipe *of, caplet_plane out, uint8_t *to)
{
  static const int16_t levels[][3] = {{3, -128, 127}, {130, 0, 255}, {-10, -10, 60}};
  const uint8_t head[] = {of->kernel == CONVOLUTION ? 1 : of->kernel == DEPTHWISE ? 2 : 3, of->requantizer, of->is_unsigned, of->flags};
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
  if (of->kernel == CONVOLUTION) return put_plane(to, of->extent, 0);
  return put_plane(to, caplet_least(of->extent, out.height), caplet_least(of->extent, out.width));
}

bool caplet_selftest_prepare(caplet_selftest_layer *layer, uint32_t index, uint8_t *memory)
{
  if (index >= sizeof recipes / sizeof recipes[0]) return false;
  const recipe *of = &recipes[index];
  generator from = {0x2545f491u + index};
  const uint32_t half = CAPLET_KERNELS_SELFTEST_BYTES / 2u;
  uint8_t *weights = memory + half;
  const caplet_plane out = {output_of(of, of->height, of->window_height), output_of(of, of->width, of->window_width)};
  const uint32_t inputs = (uint32_t)of->height * of->width * of->in_channels;
  const uint32_t outputs = out.height * out.width * of->out_channels * (of->requantizer == RESULT ? 4u : 1u);
  const uint8_t *end = put_contents(&from, of, put_block(of, out, weights));
  fill(&from, memory, inputs);
  const caplet_kernel_context context = {memory, half, weights, (uint32_t)(end - weights)};
  layer->kernel = of->kernel;
  layer->context = context;
  layer->arguments[0] = 0;
  layer->arguments[1] = 0;
  layer->arguments[2] = inputs;
  layer->arguments[3] = caplet_fill_up(inputs + outputs);
  layer->output_size = outputs;
  layer->checksum = of->checksum;
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
