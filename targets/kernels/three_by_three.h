// SPDX-License-Identifier: MIT-0
// The commonest depthwise window: three lines of three taps. Lines begin at even elements of the patch.
#ifndef CAPLET_THREE_BY_THREE_H
#define CAPLET_THREE_BY_THREE_H

#include <stdint.h>

// Sums of 2 * `pairs` neighbouring pixels, stride 1. `line`: elements from one line of the window to the next, even.
// Weights: three lines of 6 elements. Pre: pairs >= 1; window, weights and sums aligned to 4.
void caplet_sum_three_by_three(const int16_t *window, uint32_t line, const int16_t *weights, uint32_t pairs,
                               uint32_t *sums);

// Sums of `pixels` pixels, stride 2.
void caplet_sum_strided_three_by_three(const int16_t *window, uint32_t line, const int16_t *weights, uint32_t pixels,
                                       uint32_t *sums);

#endif
