// SPDX-License-Identifier: MIT-0
// Gathers columns row by row of the window: a row without dilation, of one group, is one piece of the input.
#include "column.h"

#include "words.h"

static uint8_t *copy(uint8_t *to, const uint8_t *from, uint32_t bytes)
{
  const uint8_t *words_end = from + (bytes & ~3u);
  while (from != words_end) {
    caplet_store_word(to, caplet_load_word(from));
    to += 4;
    from += 4;
  }
  for (uint32_t rest = bytes & 3u; rest != 0u; rest--) *to++ = *from++;
  return to;
}

static uint8_t *fill(uint8_t *to, int32_t value, uint32_t bytes)
{
  for (; bytes != 0u; bytes--) *to++ = (uint8_t)value;
  return to;
}

// Address of (y, x) in the image. Pre: inside.
static const uint8_t *address(const caplet_layer *layer, const caplet_window_place *place, int32_t y, int32_t x)
{
  return place->image + ((uint32_t)y * layer->input_size.width + (uint32_t)x) * layer->in_channels;
}

static uint32_t within(int32_t value, uint32_t limit)
{
  if (value <= 0) return 0;
  return (uint32_t)value < limit ? (uint32_t)value : limit;
}

// Bytes start..end of a row of the window that lies in the image in one piece, apart from padding on both sides.
static uint8_t *gather_piece(const caplet_layer *layer, const caplet_window_place *place, int32_t y, uint32_t start,
                             uint32_t end, uint8_t *to)
{
  const uint32_t channels = layer->in_channels;
  const uint32_t first = within(-place->left, layer->window.width) * channels;
  const uint32_t last = within((int32_t)layer->input_size.width - place->left, layer->window.width) * channels;
  const uint32_t from = start > first ? start : first;
  const uint32_t until = caplet_least(end, last);
  if (from >= until) return fill(to, layer->input_zero_point, end - start);
  // Modulo 2^32 on the way, within the image in the end.
  const uint32_t offset = ((uint32_t)y * layer->input_size.width + (uint32_t)place->left) * channels + from;
  to = fill(to, layer->input_zero_point, from - start);
  to = copy(to, place->image + offset, until - from);
  return fill(to, layer->input_zero_point, end - until);
}

// The same, element by element of the window.
static uint8_t *gather_elements(const caplet_layer *layer, const caplet_window_place *place, int32_t y, uint32_t start,
                                uint32_t end, uint8_t *to)
{
  const uint32_t channels = layer->in_channels / layer->groups;
  for (uint32_t element = start / channels; element * channels < end; element++) {
    const uint32_t first = element * channels;
    const uint32_t from = start > first ? start - first : 0u;
    const uint32_t until = caplet_least(end - first, channels);
    const int32_t x = place->left + (int32_t)(element * layer->dilation.width);
    if (x >= 0 && (uint32_t)x < layer->input_size.width) {
      to = copy(to, address(layer, place, y, x) + from, until - from);
    } else {
      to = fill(to, layer->input_zero_point, until - from);
    }
  }
  return to;
}

const uint8_t *caplet_gather(const caplet_layer *layer, const caplet_window_place *place, uint32_t start, uint32_t end,
                             uint8_t *bytes)
{
  const uint32_t row_bytes = layer->window.width * (layer->in_channels / layer->groups);
  const bool is_one_piece = layer->groups == 1u && (layer->dilation.width == 1u || layer->window.width == 1u);
  uint8_t *to = bytes;
  for (uint32_t row = start / row_bytes; row * row_bytes < end; row++) {
    const uint32_t first = row * row_bytes;
    const uint32_t from = start > first ? start - first : 0u;
    const uint32_t until = caplet_least(end - first, row_bytes);
    const int32_t y = place->top + (int32_t)(row * layer->dilation.height);
    if (y < 0 || (uint32_t)y >= layer->input_size.height) {
      to = fill(to, layer->input_zero_point, until - from);
    } else if (layer->window.height == 1u && layer->window.width == 1u && place->left >= 0 &&
               (uint32_t)place->left < layer->input_size.width) {
      return address(layer, place, y, place->left) + from;
    } else if (is_one_piece) {
      to = gather_piece(layer, place, y, from, until, to);
    } else {
      to = gather_elements(layer, place, y, from, until, to);
    }
  }
  return bytes;
}
