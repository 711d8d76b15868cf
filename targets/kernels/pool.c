// SPDX-License-Identifier: MIT-0
// pool: output[pixel][c] = the greatest element of the window's cells inside the image, or their mean, requantized:
//   requantize(bias + sum of the cells) with the record of that number of cells, or with the only record; or the sum over
//   that number, halves away from zero.
//   Four channels at a time, as the bytes of a word.
#include "caplet_kernels_1.h"
#include "finish.h"
#include "requantize.h"
#include "words.h"

#define TOP_BITS 0x80808080u
#define EVEN_BYTES 0x00ff00ffu
// Bytes that a lane of 16 bits can sum.
#define MOST_CELLS 257u

// The part of a window inside the image.
typedef struct cells {
  const uint8_t *corner;
  uint32_t rows;
  uint32_t columns;
  uint32_t row_step;
  uint32_t column_step;
} cells;

static uint32_t load_bytes(const uint8_t *at, uint32_t count)
{
  if (count >= 4u) return caplet_load_word(at);
  uint32_t word = 0;
  for (uint32_t i = 0; i < count; i++) word |= (uint32_t)at[i] << (8u * i);
  return word;
}

static void store_bytes(uint8_t *at, uint32_t word, uint32_t count)
{
  if (count >= 4u) caplet_store_word(at, word);
  else for (uint32_t i = 0; i < count; i++) at[i] = (uint8_t)(word >> (8u * i));
}

// The greater of each pair of unsigned bytes.
static inline uint32_t greater_bytes(uint32_t a, uint32_t b)
{
#if CAPLET_HAS_DSP
  uint32_t result;
  __asm__("usub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(result) : "r"(a), "r"(b) : "cc");
  return result;
#else
  // Per byte: whether the low 7 bits of a are at least those of b; where the top bits differ they decide alone.
  const uint32_t differ = a ^ b;
  const uint32_t at_least = (a | TOP_BITS) - (b & ~TOP_BITS);
  const uint32_t takes_a = ((a & differ) | (~differ & at_least)) & TOP_BITS;
  const uint32_t mask = (takes_a - (takes_a >> 7)) | takes_a;
  return b ^ (differ & mask);
#endif
}

static void greatest(const caplet_layer *layer, const cells *of, uint8_t *output)
{
  const uint32_t flip = layer->is_unsigned ? 0u : TOP_BITS;
  for (uint32_t channel = 0; channel < layer->in_channels; channel += 4u) {
    const uint32_t count = caplet_least(layer->in_channels - channel, 4);
    const uint8_t *row = of->corner + channel;
    uint32_t best = 0;
    for (uint32_t rows = of->rows; rows != 0u; rows--) {
      const uint8_t *cell = row;
      for (uint32_t columns = of->columns; columns != 0u; columns--) {
        best = greater_bytes(best, load_bytes(cell, count) ^ flip);
        cell += of->column_step;
      }
      row += of->row_step;
    }
    store_bytes(output + channel, best ^ flip, count);
  }
}

// Sums of four channels as unsigned bytes: signed ones have 128 added to each.
static void sum_cells(const cells *of, uint32_t channel, uint32_t count, uint32_t flip, uint32_t sums[4])
{
  const uint8_t *row = of->corner + channel;
  uint32_t even = 0;
  uint32_t odd = 0;
  uint32_t room = MOST_CELLS;
  for (uint32_t i = 0; i < 4u; i++) sums[i] = 0;
  for (uint32_t rows = of->rows; rows != 0u; rows--) {
    const uint8_t *cell = row;
    for (uint32_t columns = of->columns; columns != 0u;) {
      const uint32_t at_once = caplet_least(columns, room);
      for (uint32_t left = at_once; left != 0u; left--) {
        const uint32_t word = load_bytes(cell, count) ^ flip;
        even += word & EVEN_BYTES;
        odd += (word >> 8) & EVEN_BYTES;
        cell += of->column_step;
      }
      columns -= at_once;
      room -= at_once;
      if (room == 0u || (columns == 0u && rows == 1u)) {
        sums[0] += even & 0xffffu;
        sums[1] += odd & 0xffffu;
        sums[2] += even >> 16;
        sums[3] += odd >> 16;
        even = 0;
        odd = 0;
        room = MOST_CELLS;
      }
    }
    row += of->row_step;
  }
}

static void divide(const caplet_layer *layer, const uint32_t *sums, uint32_t channels, uint32_t number, uint8_t *output)
{
  const uint32_t half = number / 2u;
  for (uint32_t i = 0; i < channels; i++) {
    const uint32_t rounded = (int32_t)sums[i] > 0 ? sums[i] + half : sums[i] - half;
    const int32_t quotient = (int32_t)rounded / (int32_t)number;
    output[i] = (uint8_t)caplet_clamp(quotient, layer->levels.minimum, layer->levels.maximum);
  }
}

static void mean(const caplet_layer *layer, const cells *of, uint8_t *output)
{
  const uint32_t flip = layer->is_unsigned ? 0u : TOP_BITS;
  const uint32_t number = of->rows * of->columns;
  const uint32_t surplus = layer->is_unsigned ? 0u : 128u * number;
  const uint8_t *record = layer->contents + (layer->records == 1u ? 0u : number - 1u) * layer->record_size;
  uint32_t sums[CAPLET_BATCH_CHANNELS];
  for (uint32_t channel = 0; channel < layer->in_channels; channel += CAPLET_BATCH_CHANNELS) {
    const uint32_t channels = caplet_least(layer->in_channels - channel, CAPLET_BATCH_CHANNELS);
    for (uint32_t i = 0; i < channels; i += 4u) {
      sum_cells(of, channel + i, caplet_least(channels - i, 4), flip, sums + i);
      for (uint32_t lane = 0; lane < 4u; lane++) sums[i + lane] -= surplus;
    }
    if (layer->requantizer == CAPLET_QUOTIENT) divide(layer, sums, channels, number, output + channel);
    else caplet_finish_line(layer, sums, record, channels, output + channel, 1);
  }
}

bool caplet_pool(const caplet_kernel_context *context, const uint64_t *arguments)
{
  caplet_layer layer;
  if (!caplet_read_pool(&layer, context, arguments)) return false;
  const uint32_t line = layer.input_size.width * layer.in_channels;
  const uint8_t *image = layer.input;
  uint8_t *output = layer.output;
  cells inside;
  inside.row_step = layer.dilation.height * line;
  inside.column_step = layer.dilation.width * layer.in_channels;
  for (uint32_t i = 0; i < layer.batch; i++) {
    for (uint32_t y = 0; y < layer.output_size.height; y++) {
      const caplet_span rows = caplet_taps_inside(y * layer.stride.height, layer.pad.height, layer.window.height,
                                                  layer.dilation.height, layer.input_size.height);
      for (uint32_t x = 0; x < layer.output_size.width; x++) {
        const caplet_span columns = caplet_taps_inside(x * layer.stride.width, layer.pad.width, layer.window.width,
                                                       layer.dilation.width, layer.input_size.width);
        inside.corner = image + rows.first * line + columns.first * layer.in_channels;
        inside.rows = rows.count;
        inside.columns = columns.count;
        if (layer.records == 0u) greatest(&layer, &inside, output);
        else mean(&layer, &inside, output);
        output += layer.in_channels;
      }
    }
    image += layer.input_size.height * line;
  }
  return true;
}
