// SPDX-License-Identifier: MIT-0
// Sums of products of a block of output channels, weights as [depth / 4][channel][4] bytes in flash.
//   A column holds int16 elements of two pixels, four depths (a quad) at a time, as the pairs that SMLAD multiplies:
//   [ first (d0, d2) | second (d0, d2) | first (d1, d3) | second (d1, d3) ], 16 bytes
//   With Helium it is what sums_helium.c says, and smaller.
#ifndef CAPLET_SUMS_H
#define CAPLET_SUMS_H

#include <stdbool.h>
#include <stdint.h>

#define CAPLET_QUAD_WORDS 4u

// Writes one pixel's part (0 first, 1 second) of the column: `bytes` of `source`, the last quad filled up with zeros.
void caplet_widen(const uint8_t *source, uint32_t bytes, bool is_unsigned, uint32_t *column, uint32_t pixel);

// Four channels of two pixels: to[channel][pixel] = from[channel][pixel] + sums. Pre: quads >= 1, words aligned to 4.
void caplet_sum_pairs(const uint32_t *column, uint32_t quads, const uint8_t *weights, const int32_t *from, int32_t *to);

// The same for 1 to 3 channels.
void caplet_sum_few_pairs(const uint32_t *column, uint32_t quads, const uint8_t *weights, uint32_t channels,
                          const int32_t *from, int32_t *to);

// With Helium, what columns of uint8 lack behind the two functions above: adds it to the sums of 1 to 4 channels.
void caplet_add_flipped(const uint8_t *weights, uint32_t quads, uint32_t channels, int32_t *sums);

// One row of bytes times 1 to 4 channels: the sums. The last quad may have 1 to 3 bytes.
void caplet_sum_row(const uint8_t *input, uint32_t bytes, bool is_unsigned, const uint8_t *weights, uint32_t channels,
                    int32_t *sums);

// Four channels, whole quads: to[channel] = from[channel] + sums. Pre: quads >= 1.
void caplet_sum_signed_row(const uint8_t *input, uint32_t quads, const uint8_t *weights, const int32_t *from, int32_t *to);
void caplet_sum_unsigned_row(const uint8_t *input, uint32_t quads, const uint8_t *weights, const int32_t *from,
                             int32_t *to);

// Sum of the elements, modulo 2^32.
uint32_t caplet_sum_bytes(const uint8_t *bytes, uint32_t count, bool is_unsigned);

#endif
