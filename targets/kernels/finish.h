// SPDX-License-Identifier: MIT-0
// Turns the sums of a block of output channels into outputs.
#ifndef CAPLET_FINISH_H
#define CAPLET_FINISH_H

#include "layer.h"

// Two pixels: sums [channel][pixel], one record per channel. Where there is no second pixel, `second` is `first`.
void caplet_finish_pairs(const caplet_layer *layer, const int32_t *sums, const uint8_t *records, uint32_t channels,
                         uint8_t *first, uint8_t *second);

// One pixel: sums [channel].
void caplet_finish_row(const caplet_layer *layer, const int32_t *sums, const uint8_t *records, uint32_t channels,
                       uint8_t *output);

// One channel, several pixels `stride` bytes apart, from their sums.
void caplet_finish_line(const caplet_layer *layer, const uint32_t *sums, const uint8_t *record, uint32_t pixels,
                        uint8_t *output, uint32_t stride);

// Takes the correction off the sums: `totals` are the sums of the columns of `pixels` pixels. sums [channel][pixel]
void caplet_correct(const caplet_layer *layer, int32_t *sums, const uint8_t *records, uint32_t channels,
                    const uint32_t *totals, uint32_t pixels);

#endif
