// SPDX-License-Identifier: MIT-0
// Sums over windows of one channel, line by line of the window: neighbouring taps are multiplied as pairs.
#include "taps.h"

#include "finish.h"
#include "three_by_three.h"
#include "words.h"

#define INLINE static inline __attribute__((always_inline))

// Sums that wait to be requantized together.
#define LINE_PIXELS 32u
// Weights that stay in registers along a line.
#define MOST_PAIRS 6u
#define MOST_TAPS 4u

INLINE uint32_t load_pair(const int16_t *at)
{
  uint32_t pair;
  memcpy(&pair, at, sizeof pair);
  return pair;
}

void caplet_load_taps(const caplet_layer *layer, const uint8_t *weights, int16_t *lines)
{
  const uint32_t line = caplet_line_length(layer->window.width);
  for (uint32_t row = 0; row < layer->window.height; row++) {
    const uint8_t *weight = weights;
    const uint32_t step = layer->weight_step.width * (layer->is_wide ? 2u : 1u);
    for (uint32_t column = 0; column < layer->window.width; column++) {
      int32_t value = (int8_t)weight[0];
      if (layer->is_wide) value = (int16_t)(uint16_t)((uint32_t)weight[0] | (uint32_t)weight[1] << 8);
      lines[column] = (int16_t)value;
      weight += step;
    }
    for (uint32_t column = layer->window.width; column < line; column++) lines[column] = 0;
    lines += line;
    weights += layer->weight_step.height * (layer->is_wide ? 2u : 1u);
  }
}

// A function for each number of pairs and taps, so that each has the registers to itself.
#define APART static __attribute__((noinline))

// sums[pixel] += products of `pairs` pairs, a constant.
INLINE void add_pairs(const int16_t *window, const int16_t *weights, uint32_t pairs, uint32_t stride, uint32_t pixels,
                      uint32_t *sums)
{
  const uint32_t w0 = load_pair(weights), w1 = load_pair(weights + (pairs > 1u ? 2 : 0));
  const uint32_t w2 = load_pair(weights + (pairs > 2u ? 4 : 0)), w3 = load_pair(weights + (pairs > 3u ? 6 : 0));
  const uint32_t w4 = load_pair(weights + (pairs > 4u ? 8 : 0)), w5 = load_pair(weights + (pairs > 5u ? 10 : 0));
  const uint32_t *end = sums + pixels;
  do {
    uint32_t sum = caplet_multiply_pairs(w0, load_pair(window), *sums);
    if (pairs > 1u) sum = caplet_multiply_pairs(w1, load_pair(window + 2), sum);
    if (pairs > 2u) sum = caplet_multiply_pairs(w2, load_pair(window + 4), sum);
    if (pairs > 3u) sum = caplet_multiply_pairs(w3, load_pair(window + 6), sum);
    if (pairs > 4u) sum = caplet_multiply_pairs(w4, load_pair(window + 8), sum);
    if (pairs > 5u) sum = caplet_multiply_pairs(w5, load_pair(window + 10), sum);
    *sums++ = sum;
    window += stride;
  } while (sums != end);
}

#define ADD_PAIRS(pairs)                                                                                       \
  APART void add_##pairs##_pairs(const int16_t *window, const int16_t *weights, uint32_t stride, uint32_t pixels, \
                                 uint32_t *sums)                                                               \
  {                                                                                                            \
    add_pairs(window, weights, pairs, stride, pixels, sums);                                                   \
  }
ADD_PAIRS(1)
ADD_PAIRS(2)
ADD_PAIRS(3)
ADD_PAIRS(4)
ADD_PAIRS(5)
ADD_PAIRS(6)

static void add_line(const int16_t *window, const int16_t *weights, uint32_t taps, uint32_t stride, uint32_t pixels,
                     uint32_t *sums)
{
  for (; taps > 2u * MOST_PAIRS; taps -= 2u * MOST_PAIRS) {
    add_6_pairs(window, weights, stride, pixels, sums);
    window += 2u * MOST_PAIRS;
    weights += 2u * MOST_PAIRS;
  }
  switch ((taps + 1u) / 2u) {
    case 1: add_1_pairs(window, weights, stride, pixels, sums); break;
    case 2: add_2_pairs(window, weights, stride, pixels, sums); break;
    case 3: add_3_pairs(window, weights, stride, pixels, sums); break;
    case 4: add_4_pairs(window, weights, stride, pixels, sums); break;
    case 5: add_5_pairs(window, weights, stride, pixels, sums); break;
    default: add_6_pairs(window, weights, stride, pixels, sums); break;
  }
}

// Taps `gap` elements apart: sums[pixel] += products of `taps` taps, a constant.
INLINE void add_taps(const int16_t *window, const int16_t *weights, uint32_t taps, uint32_t gap, uint32_t stride,
                     uint32_t pixels, uint32_t *sums)
{
  const int32_t w0 = weights[0], w1 = taps > 1u ? weights[1] : 0;
  const int32_t w2 = taps > 2u ? weights[2] : 0, w3 = taps > 3u ? weights[3] : 0;
  const uint32_t *end = sums + pixels;
  do {
    uint32_t sum = *sums + (uint32_t)(w0 * window[0]);
    if (taps > 1u) sum += (uint32_t)(w1 * window[gap]);
    if (taps > 2u) sum += (uint32_t)(w2 * window[2u * gap]);
    if (taps > 3u) sum += (uint32_t)(w3 * window[3u * gap]);
    *sums++ = sum;
    window += stride;
  } while (sums != end);
}

APART void add_4_taps(const int16_t *window, const int16_t *weights, uint32_t gap, uint32_t stride, uint32_t pixels,
                      uint32_t *sums)
{
  add_taps(window, weights, 4, gap, stride, pixels, sums);
}

APART void add_3_taps(const int16_t *window, const int16_t *weights, uint32_t gap, uint32_t stride, uint32_t pixels,
                      uint32_t *sums)
{
  add_taps(window, weights, 3, gap, stride, pixels, sums);
}

static void add_dilated_line(const int16_t *window, const int16_t *weights, uint32_t taps, uint32_t gap,
                             uint32_t stride, uint32_t pixels, uint32_t *sums)
{
  for (; taps >= MOST_TAPS; taps -= MOST_TAPS) {
    add_4_taps(window, weights, gap, stride, pixels, sums);
    window += MOST_TAPS * gap;
    weights += MOST_TAPS;
  }
  if (taps == 3u) add_3_taps(window, weights, gap, stride, pixels, sums);
  if (taps == 2u) add_taps(window, weights, 2, gap, stride, pixels, sums);
  if (taps == 1u) add_taps(window, weights, 1, gap, stride, pixels, sums);
}

static void sum_line(const caplet_layer *layer, const caplet_taps *taps, const int16_t *window, uint32_t pixels,
                     uint32_t *sums)
{
  const uint32_t weights_step = caplet_line_length(layer->window.width);
  const uint32_t line = taps->line * layer->dilation.height;
  const int16_t *weights = taps->weights;
  if (layer->window.height == 3u && layer->window.width == 3u && layer->dilation.width == 1u) {
    if (layer->stride.width == 1u) {
      caplet_sum_three_by_three(window, line, weights, (pixels + 1u) / 2u, sums);
      return;
    }
    if (layer->stride.width == 2u) {
      caplet_sum_strided_three_by_three(window, line, weights, pixels, sums);
      return;
    }
  }
  for (uint32_t pixel = 0; pixel < pixels; pixel++) sums[pixel] = 0;
  for (uint32_t row = layer->window.height; row != 0u; row--) {
    if (layer->dilation.width == 1u || layer->window.width == 1u) {
      add_line(window, weights, layer->window.width, layer->stride.width, pixels, sums);
    } else {
      add_dilated_line(window, weights, layer->window.width, layer->dilation.width, layer->stride.width, pixels, sums);
    }
    window += line;
    weights += weights_step;
  }
}

void caplet_convolve_taps(const caplet_layer *layer, const caplet_taps *taps, const uint8_t *record, uint8_t *output)
{
  uint32_t sums[LINE_PIXELS] __attribute__((aligned(8)));
  for (uint32_t y = 0; y < layer->tile.height; y++) {
    const int16_t *window = taps->patch + y * layer->stride.height * taps->line;
    uint8_t *line = output + y * layer->output_step.height;
    for (uint32_t x = 0; x < layer->tile.width; x += LINE_PIXELS) {
      const uint32_t pixels = caplet_least(layer->tile.width - x, LINE_PIXELS);
      sum_line(layer, taps, window + x * layer->stride.width, pixels, sums);
      caplet_finish_line(layer, sums, record, pixels, line + x * layer->output_step.width, layer->output_step.width);
    }
  }
}
