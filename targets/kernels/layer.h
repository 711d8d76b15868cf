// SPDX-License-Identifier: MIT-0
// A layer as its parameter block describes it, after every check: nothing that the kernels compute from it can leave
// the ranges that were checked.
#ifndef CAPLET_LAYER_H
#define CAPLET_LAYER_H

#include "caplet_kernels.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "blocks and weights are little-endian, and read as such"
#endif

typedef enum caplet_requantizer {
  CAPLET_REQUANTIZE_PLAIN = 0,
  CAPLET_REQUANTIZE_WINDOW = 1,
  CAPLET_REQUANTIZE_FULL = 2,
  CAPLET_REQUANTIZE_FLOAT = 3,
  CAPLET_RESULT_FLOAT = 4,
  CAPLET_REQUANTIZE_DOUBLE = 5,
  CAPLET_QUOTIENT = 6 // pools only: no record
} caplet_requantizer;

// Of the outputs.
typedef struct caplet_levels {
  int32_t zero_point;
  int32_t minimum;
  int32_t maximum;
} caplet_levels;

typedef struct caplet_plane {
  uint32_t height;
  uint32_t width;
} caplet_plane;

typedef struct caplet_layer {
  caplet_requantizer requantizer;
  bool is_unsigned;  // uint8 input
  bool is_corrected; // records end with a correction
  bool is_wide;      // int16 weights
  int32_t input_zero_point;
  caplet_levels levels;
  uint32_t batch;
  uint32_t groups;
  uint32_t in_channels;
  uint32_t out_channels;
  caplet_plane input_size;
  caplet_plane output_size;
  caplet_plane window;
  caplet_plane stride;
  caplet_plane dilation;
  caplet_plane pad;
  // Depthwise: output size of a tile, and bytes (weights: elements) from one element to the next down and to the right.
  // Lines run along the longer side of a tile: where that is its height, height and width have changed places in all
  // of these, and in the planes above.
  caplet_plane tile;
  caplet_plane input_step;
  caplet_plane output_step;
  caplet_plane weight_step;
  uint32_t chunk;    // convolution: depth summed at a time
  uint32_t records;  // pool: how many follow the block; 0 for the maximum
  uint32_t depth;    // products per output
  uint32_t record_size; // with the correction
  uint32_t output_width; // bytes per output: 1, or 4 for float32
  const uint8_t *contents; // records and weights, in flash
  const uint8_t *input;
  uint8_t *output;
  uint8_t *scratch; // aligned to 4
} caplet_layer;

// False: refused.
bool caplet_read_convolution(caplet_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments);
bool caplet_read_depthwise(caplet_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments);
bool caplet_read_pool(caplet_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments);
bool caplet_read_row(caplet_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments);

// Taps of a window on one axis that lie inside the image: `count` of them from `first` on (in elements of the image).
typedef struct caplet_span {
  uint32_t first;
  uint32_t count;
} caplet_span;

// The window begins at start - pad. Below 2^22 all of them.
static inline caplet_span caplet_taps_inside(uint32_t start, uint32_t pad, uint32_t taps, uint32_t dilation,
                                             uint32_t size)
{
  const uint32_t before = start < pad ? (pad - start + dilation - 1u) / dilation : 0u;
  const uint32_t first = start + before * dilation - pad;
  caplet_span span = {first, 0};
  if (before < taps && first < size) {
    const uint32_t room = (size - first + dilation - 1u) / dilation;
    span.count = taps - before < room ? taps - before : room;
  }
  return span;
}

// Elements of a line of `elements` int16 in a depthwise kernel's scratch: whole pairs, and one pair more.
static inline uint32_t caplet_line_length(uint32_t elements)
{
  return ((elements + 1u) & ~1u) + 2u;
}

static inline uint32_t caplet_fill_up(uint32_t bytes)
{
  return (bytes + 3u) & ~3u;
}

static inline uint32_t caplet_least(uint32_t a, uint32_t b)
{
  return a < b ? a : b;
}

#endif
