// SPDX-License-Identifier: MIT-0
// Turns sums into outputs.
#ifndef CAPLET_FINISH_H
#define CAPLET_FINISH_H

#include "layer.h"

// Channels whose sums wait to be turned into outputs together: a whole number of blocks.
#define CAPLET_BATCH_CHANNELS 16u

// Sums of consecutive blocks of four channels (the last one may have fewer), without bias.
typedef struct caplet_block_sums {
  int32_t *sums; // [channel][pixel]
  uint32_t channels; // at least 1
  uint32_t pixels; // 1 or 2
  const uint8_t *block; // the first block in flash
  uint32_t weights_size; // bytes of a whole block's weights, which follow its records
  uint8_t *outputs[2]; // of each pixel; the same one twice where there is one pixel, or where the second is not wanted
} caplet_block_sums;

void caplet_finish_blocks(const caplet_layer *layer, const caplet_block_sums *work);

// Takes the corrections off the sums: `totals` are the sums of each pixel's column.
void caplet_correct(const caplet_layer *layer, const caplet_block_sums *work, const uint32_t *totals);

// One channel, several pixels `stride` bytes apart, from their sums.
void caplet_finish_line(const caplet_layer *layer, const uint32_t *sums, const uint8_t *record, uint32_t pixels,
                        uint8_t *output, uint32_t stride);

#endif
