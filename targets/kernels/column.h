// SPDX-License-Identifier: MIT-0
// Columns: the part of the input under an output's window, in the order of the weights.
#ifndef CAPLET_COLUMN_H
#define CAPLET_COLUMN_H

#include "layer.h"

// One pixel of the output: the image, and where its window begins in the input (negative in the padding).
typedef struct caplet_window_place {
  const uint8_t *image; // first channel of the group
  int32_t top;
  int32_t left;
} caplet_window_place;

// Depths start..end of the column as bytes. Returns where they are: in `bytes`, or in the input itself where they lie
// there in one piece.
const uint8_t *caplet_gather(const caplet_layer *layer, const caplet_window_place *place, uint32_t start, uint32_t end,
                             uint8_t *bytes);

#endif
