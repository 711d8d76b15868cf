// SPDX-License-Identifier: MIT-0
// Sums over windows of one channel: two neighbouring taps per multiplication where the window has no gaps.
#include "taps.h"

#include "finish.h"
#include "words.h"

// Sums that wait to be requantized together.
#define LINE_PIXELS 8u

static inline uint32_t load_pair(const int16_t *at)
{
  uint32_t pair;
  memcpy(&pair, at, sizeof pair);
  return pair;
}

void caplet_load_taps(const caplet_layer *layer, const uint8_t *weights, int16_t *lines)
{
  const uint32_t line = caplet_line_length(layer->window.width);
  for (uint32_t row = 0; row < layer->window.height; row++) {
    for (uint32_t column = 0; column < line; column++) {
      if (column >= layer->window.width) {
        lines[column] = 0;
      } else if (layer->is_wide) {
        lines[column] = (int16_t)(uint16_t)((uint32_t)weights[0] | (uint32_t)weights[1] << 8);
        weights += 2;
      } else {
        lines[column] = (int16_t)(int8_t)*weights++;
      }
    }
    lines += line;
  }
}

// Any window without gaps in its lines.
static uint32_t sum_dense(const caplet_layer *layer, const caplet_taps *taps, const int16_t *window)
{
  const uint32_t pairs = (layer->window.width + 1u) / 2u;
  const uint32_t row_step = taps->line * layer->dilation.height;
  const uint32_t weights_step = caplet_line_length(layer->window.width);
  const int16_t *weights = taps->weights;
  uint32_t sum = 0;
  for (uint32_t row = layer->window.height; row != 0u; row--) {
    for (uint32_t pair = 0; pair < pairs; pair++) {
      sum = caplet_multiply_pairs(load_pair(window + 2u * pair), load_pair(weights + 2u * pair), sum);
    }
    window += row_step;
    weights += weights_step;
  }
  return sum;
}

static uint32_t sum_dilated(const caplet_layer *layer, const caplet_taps *taps, const int16_t *window)
{
  const uint32_t weights_step = caplet_line_length(layer->window.width);
  const int16_t *weights = taps->weights;
  uint32_t sum = 0;
  for (uint32_t row = 0; row < layer->window.height; row++) {
    for (uint32_t column = 0; column < layer->window.width; column++) {
      sum += (uint32_t)(window[column * layer->dilation.width] * weights[column]);
    }
    window += taps->line * layer->dilation.height;
    weights += weights_step;
  }
  return sum;
}

static void sum_line(const caplet_layer *layer, const caplet_taps *taps, const int16_t *window, uint32_t pixels,
                     int32_t *sums)
{
  const bool is_dense = layer->dilation.width == 1u;
  for (uint32_t pixel = 0; pixel < pixels; pixel++) {
    sums[pixel] = (int32_t)(is_dense ? sum_dense(layer, taps, window) : sum_dilated(layer, taps, window));
    window += layer->stride.width;
  }
}

void caplet_convolve_taps(const caplet_layer *layer, const caplet_taps *taps, const uint8_t *record, uint8_t *output)
{
  int32_t sums[LINE_PIXELS];
  for (uint32_t y = 0; y < layer->tile.height; y++) {
    const int16_t *window = taps->patch + y * layer->stride.height * taps->line;
    uint8_t *line = output + y * layer->output_size.width * layer->out_channels;
    for (uint32_t x = 0; x < layer->tile.width; x += LINE_PIXELS) {
      const uint32_t pixels = caplet_least(layer->tile.width - x, LINE_PIXELS);
      sum_line(layer, taps, window + x * layer->stride.width, pixels, sums);
      caplet_finish_line(layer, sums, record, pixels, line + x * layer->out_channels, layer->out_channels);
    }
  }
}
