// SPDX-License-Identifier: MIT-0
// Sums in C: everything where there is no DSP extension, and what is not worth assembly where there is (sums_dsp.c) or
// Helium (sums_helium.c).
#include "sums.h"

#include "words.h"

static uint32_t load_rest(const uint8_t *source, uint32_t bytes)
{
  uint32_t word = 0;
  for (uint32_t i = 0; i < bytes; i++) word |= (uint32_t)source[i] << (8u * i);
  return word;
}

#if !CAPLET_HAS_HELIUM
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
#endif

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

static inline __attribute__((always_inline)) void sum_quads_as(bool is_unsigned, const uint8_t *input, uint32_t quads,
                                                               const uint8_t *weights, uint32_t channels,
                                                               const int32_t *from, int32_t *to)
{
  for (uint32_t channel = 0; channel < channels; channel++) {
    uint32_t sum = (uint32_t)from[channel];
    const uint8_t *weight = weights + 4u * channel;
    for (uint32_t quad = 0; quad < quads; quad++) {
      sum = sum_quad(caplet_load_word(input + 4u * quad), weight, is_unsigned, sum);
      weight += 4u * channels;
    }
    to[channel] = (int32_t)sum;
  }
}

static void sum_quads(const uint8_t *input, uint32_t quads, bool is_unsigned, const uint8_t *weights, uint32_t channels,
                      const int32_t *from, int32_t *to)
{
  if (is_unsigned) sum_quads_as(true, input, quads, weights, channels, from, to);
  else sum_quads_as(false, input, quads, weights, channels, from, to);
}

#if !CAPLET_HAS_DSP
void caplet_sum_signed_row(const uint8_t *input, uint32_t quads, const uint8_t *weights, const int32_t *from, int32_t *to)
{
  sum_quads(input, quads, false, weights, 4, from, to);
}

void caplet_sum_unsigned_row(const uint8_t *input, uint32_t quads, const uint8_t *weights, const int32_t *from,
                             int32_t *to)
{
  sum_quads(input, quads, true, weights, 4, from, to);
}
#endif

static void add_quads(const uint8_t *input, uint32_t quads, bool is_unsigned, const uint8_t *weights, uint32_t channels,
                      int32_t *sums)
{
  if (quads == 0u) return;
  if (channels != 4u) sum_quads(input, quads, is_unsigned, weights, channels, sums, sums);
  else if (is_unsigned) caplet_sum_unsigned_row(input, quads, weights, sums, sums);
  else caplet_sum_signed_row(input, quads, weights, sums, sums);
}

void caplet_sum_row(const uint8_t *input, uint32_t bytes, bool is_unsigned, const uint8_t *weights, uint32_t channels,
                    int32_t *sums)
{
  const uint32_t quads = bytes / 4u;
  for (uint32_t channel = 0; channel < channels; channel++) sums[channel] = 0;
  add_quads(input, quads, is_unsigned, weights, channels, sums);
  if (bytes % 4u != 0u) {
    uint8_t rest[4];
    caplet_store_word(rest, load_rest(input + 4u * quads, bytes % 4u));
    add_quads(rest, 1, is_unsigned, weights + 4u * channels * quads, channels, sums);
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
