// SPDX-License-Identifier: MIT-0
// Sums in C: everything where there is no DSP extension, and what is not worth assembly where there is (sums_dsp.c).
#include "sums.h"

#include "words.h"

static uint32_t load_rest(const uint8_t *source, uint32_t bytes)
{
  uint32_t word = 0;
  for (uint32_t i = 0; i < bytes; i++) word |= (uint32_t)source[i] << (8u * i);
  return word;
}

static inline __attribute__((always_inline)) void widen(const uint8_t *source, uint32_t bytes, bool is_unsigned,
                                                        uint32_t *column)
{
  const uint8_t *end = source + (bytes & ~3u);
  while (source != end) {
    const uint32_t word = caplet_load_word(source);
    column[0] = caplet_even_pair(word, is_unsigned);
    column[2] = caplet_odd_pair(word, is_unsigned);
    source += 4;
    column += CAPLET_QUAD_WORDS;
  }
  if ((bytes & 3u) != 0u) {
    const uint32_t word = load_rest(source, bytes & 3u);
    column[0] = caplet_even_pair(word, is_unsigned);
    column[2] = caplet_odd_pair(word, is_unsigned);
  }
}

void caplet_widen(const uint8_t *source, uint32_t bytes, bool is_unsigned, uint32_t *column, uint32_t pixel)
{
  if (is_unsigned) widen(source, bytes, true, column + pixel);
  else widen(source, bytes, false, column + pixel);
}

// One channel of a block of `channels`, whose words lie `channels` words apart.
static void sum_channel(const uint32_t *column, uint32_t quads, const uint8_t *weights, uint32_t channels,
                        const int32_t *from, int32_t *to)
{
  uint32_t first = (uint32_t)from[0];
  uint32_t second = (uint32_t)from[1];
  const uint32_t *end = column + quads * CAPLET_QUAD_WORDS;
  do {
    const uint32_t word = caplet_load_word(weights);
    const uint32_t even = caplet_even_signed(word);
    const uint32_t odd = caplet_odd_signed(word);
    first = caplet_multiply_pairs(even, column[0], first);
    second = caplet_multiply_pairs(even, column[1], second);
    first = caplet_multiply_pairs(odd, column[2], first);
    second = caplet_multiply_pairs(odd, column[3], second);
    weights += 4u * channels;
    column += CAPLET_QUAD_WORDS;
  } while (column != end);
  to[0] = (int32_t)first;
  to[1] = (int32_t)second;
}

void caplet_sum_few_pairs(const uint32_t *column, uint32_t quads, const uint8_t *weights, uint32_t channels,
                          const int32_t *from, int32_t *to)
{
  for (uint32_t channel = 0; channel < channels; channel++) {
    sum_channel(column, quads, weights + 4u * channel, channels, from + 2u * channel, to + 2u * channel);
  }
}

#if !CAPLET_HAS_DSP
void caplet_sum_pairs(const uint32_t *column, uint32_t quads, const uint8_t *weights, const int32_t *from, int32_t *to)
{
  caplet_sum_few_pairs(column, quads, weights, 4, from, to);
}
#endif

static inline __attribute__((always_inline)) uint32_t sum_quad(uint32_t word, const uint8_t *weights, bool is_unsigned,
                                                               uint32_t sum)
{
  const uint32_t weight = caplet_load_word(weights);
  sum = caplet_multiply_pairs(caplet_even_pair(word, is_unsigned), caplet_even_signed(weight), sum);
  return caplet_multiply_pairs(caplet_odd_pair(word, is_unsigned), caplet_odd_signed(weight), sum);
}

static inline __attribute__((always_inline)) void sum_row(const uint8_t *input, uint32_t bytes, bool is_unsigned,
                                                          const uint8_t *weights, uint32_t channels, int32_t *sums)
{
  for (uint32_t channel = 0; channel < channels; channel++) {
    uint32_t sum = (uint32_t)sums[channel];
    const uint8_t *weight = weights + 4u * channel;
    const uint8_t *at = input;
    const uint8_t *end = input + (bytes & ~3u);
    while (at != end) {
      sum = sum_quad(caplet_load_word(at), weight, is_unsigned, sum);
      at += 4;
      weight += 4u * channels;
    }
    if ((bytes & 3u) != 0u) sum = sum_quad(load_rest(at, bytes & 3u), weight, is_unsigned, sum);
    sums[channel] = (int32_t)sum;
  }
}

// Four channels at once, each word of the input widened once.
static inline __attribute__((always_inline)) void sum_row_of_four(const uint8_t *input, uint32_t bytes, bool is_unsigned,
                                                                  const uint8_t *weights, int32_t *sums)
{
  uint32_t sum0 = (uint32_t)sums[0], sum1 = (uint32_t)sums[1], sum2 = (uint32_t)sums[2], sum3 = (uint32_t)sums[3];
  const uint8_t *end = input + (bytes & ~3u);
  bool more = true;
  while (more) {
    uint32_t word;
    if (input != end) {
      word = caplet_load_word(input);
      input += 4;
    } else {
      if ((bytes & 3u) == 0u) break;
      word = load_rest(input, bytes & 3u);
      more = false;
    }
    sum0 = sum_quad(word, weights, is_unsigned, sum0);
    sum1 = sum_quad(word, weights + 4, is_unsigned, sum1);
    sum2 = sum_quad(word, weights + 8, is_unsigned, sum2);
    sum3 = sum_quad(word, weights + 12, is_unsigned, sum3);
    weights += 16;
  }
  sums[0] = (int32_t)sum0;
  sums[1] = (int32_t)sum1;
  sums[2] = (int32_t)sum2;
  sums[3] = (int32_t)sum3;
}

void caplet_sum_row(const uint8_t *input, uint32_t bytes, bool is_unsigned, const uint8_t *weights, uint32_t channels,
                    int32_t *sums)
{
  if (channels == 4u) {
    if (is_unsigned) sum_row_of_four(input, bytes, true, weights, sums);
    else sum_row_of_four(input, bytes, false, weights, sums);
  } else if (is_unsigned) {
    sum_row(input, bytes, true, weights, channels, sums);
  } else {
    sum_row(input, bytes, false, weights, channels, sums);
  }
}

uint32_t caplet_sum_bytes(const uint8_t *bytes, uint32_t count, bool is_unsigned)
{
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    const int32_t element = is_unsigned ? bytes[i] : (int8_t)bytes[i];
    sum += (uint32_t)element;
  }
  return sum;
}
