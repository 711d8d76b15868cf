// SPDX-License-Identifier: MIT-0
// One output channel of a depthwise tile, from a patch of int16.
#ifndef CAPLET_TAPS_H
#define CAPLET_TAPS_H

#include "layer.h"

typedef struct caplet_taps {
  const int16_t *patch; // [rows][line]
  uint32_t line;        // even
  int16_t *weights;     // [window rows][caplet_line_length(window width)]
} caplet_taps;

// Widens a channel's weights to lines of int16.
void caplet_load_taps(const caplet_layer *layer, const uint8_t *weights, int16_t *lines);

// Writes the channel's outputs of the whole tile; `output` is the first of them.
void caplet_convolve_taps(const caplet_layer *layer, const caplet_taps *taps, const uint8_t *record, uint8_t *output);

#endif
