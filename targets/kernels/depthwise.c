// SPDX-License-Identifier: MIT-0
// depthwise: output[pixel][c * multiplier + m] = requantize(bias + sum over taps of window(pixel, c)[tap] * weight[tap])
//   One channel of the input under a tile of the output is copied to a patch of int16, whose neighbours in a line are the
//   pairs that SMLAD multiplies. Padding is the same for every channel, and written once per tile.
//   scratch: | patch [rows][line] int16 | weights of one output channel [window rows][line] int16, the rest of a line 0 |
#include "caplet_kernels_1.h"
#include "taps.h"

#include <string.h>

typedef struct span {
  int32_t from;
  int32_t to;
} span;

// One tile: where it begins in the output, and its patch, in elements of the input (negative in the padding).
typedef struct tile {
  uint32_t y;
  uint32_t x;
  int32_t top;
  int32_t left;
  span rows; // of the patch that lie in the input
  span columns;
} tile;

static uint32_t extent(uint32_t count, uint32_t stride, uint32_t taps, uint32_t dilation)
{
  return (count - 1u) * stride + (taps - 1u) * dilation + 1u;
}

static span inside(int32_t start, uint32_t length, uint32_t size)
{
  span result = {start < 0 ? -start : 0, (int32_t)length};
  if (start + result.to > (int32_t)size) result.to = (int32_t)size - start;
  return result;
}

static void clear_patch(int16_t *patch, uint32_t elements, int32_t value)
{
  for (uint32_t i = 0; i < elements; i++) patch[i] = (int16_t)value;
}

static inline __attribute__((always_inline)) int16_t element(const uint8_t *at, bool is_unsigned)
{
  return is_unsigned ? (int16_t)*at : (int16_t)(int8_t)*at;
}

static inline __attribute__((always_inline)) void fill_line(int16_t *line, const uint8_t *source, uint32_t count,
                                                            uint32_t step, bool is_unsigned)
{
  const int16_t *end = line + count;
  const int16_t *blocks_end = line + (count & ~3u);
  while (line != blocks_end) {
    line[0] = element(source, is_unsigned);
    line[1] = element(source + step, is_unsigned);
    source += 2u * step;
    line[2] = element(source, is_unsigned);
    line[3] = element(source + step, is_unsigned);
    source += 2u * step;
    line += 4;
  }
  while (line != end) {
    *line++ = element(source, is_unsigned);
    source += step;
  }
}

// The part of the patch that lies in the input. `image`: the channel's first element.
static void fill_patch(const caplet_layer *layer, const tile *at, const uint8_t *image, int16_t *patch, uint32_t line)
{
  if (at->columns.from >= at->columns.to) return;
  for (int32_t row = at->rows.from; row < at->rows.to; row++) {
    const uint32_t y = (uint32_t)(at->top + row);
    const uint32_t x = (uint32_t)(at->left + at->columns.from);
    const uint8_t *source = image + y * layer->input_step.height + x * layer->input_step.width;
    int16_t *to = patch + (uint32_t)row * line + (uint32_t)at->columns.from;
    const uint32_t count = (uint32_t)(at->columns.to - at->columns.from);
    if (layer->is_unsigned) fill_line(to, source, count, layer->input_step.width, true);
    else fill_line(to, source, count, layer->input_step.width, false);
  }
}

static void convolve_tile(const caplet_layer *layer, tile *at, const uint8_t *image, uint8_t *output)
{
  const uint32_t rows = extent(layer->tile.height, layer->stride.height, layer->window.height, layer->dilation.height);
  const uint32_t columns = extent(layer->tile.width, layer->stride.width, layer->window.width, layer->dilation.width);
  const uint32_t multiplier = layer->out_channels / layer->in_channels;
  const uint32_t channel_size = layer->record_size + caplet_fill_up(layer->depth * (layer->is_wide ? 2u : 1u));
  int16_t *patch = (int16_t *)(void *)layer->scratch;
  caplet_taps taps;
  taps.patch = patch;
  taps.line = caplet_line_length(columns);
  taps.weights = patch + rows * taps.line;
  at->top = (int32_t)(at->y * layer->stride.height) - (int32_t)layer->pad.height;
  at->left = (int32_t)(at->x * layer->stride.width) - (int32_t)layer->pad.width;
  at->rows = inside(at->top, rows, layer->input_size.height);
  at->columns = inside(at->left, columns, layer->input_size.width);
  clear_patch(patch, rows * taps.line, layer->input_zero_point);
  const uint8_t *record = layer->contents;
  for (uint32_t channel = 0; channel < layer->in_channels; channel++) {
    fill_patch(layer, at, image + channel, patch, taps.line);
    for (uint32_t m = 0; m < multiplier; m++) {
      caplet_load_taps(layer, record + layer->record_size, taps.weights);
      caplet_convolve_taps(layer, &taps, record, output);
      record += channel_size;
      output++;
    }
  }
}

bool caplet_depthwise(const caplet_kernel_context *context, const uint64_t *arguments)
{
  caplet_layer layer;
  if (!caplet_read_depthwise(&layer, context, arguments)) return false;
  const caplet_plane out = layer.output_size;
  const uint32_t in_bytes = layer.input_size.height * layer.input_size.width * layer.in_channels;
  const uint32_t out_bytes = out.height * out.width * layer.out_channels;
  for (uint32_t image = 0; image < layer.batch; image++) {
    for (uint32_t y = 0; y < out.height; y += layer.tile.height) {
      for (uint32_t x = 0; x < out.width; x += layer.tile.width) {
        // The last tile of a line begins earlier rather than reach beyond the output.
        tile at;
        at.y = caplet_least(y, out.height - layer.tile.height);
        at.x = caplet_least(x, out.width - layer.tile.width);
        uint8_t *output = layer.output + image * out_bytes + at.y * layer.output_step.height +
                          at.x * layer.output_step.width;
        convolve_tile(&layer, &at, layer.input + image * in_bytes, output);
      }
    }
  }
  return true;
}
