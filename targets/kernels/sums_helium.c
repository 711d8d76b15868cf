// SPDX-License-Identifier: MIT-0
// The innermost loops of dense layers on cores with Helium: 16 depths of a channel at a time. Sums are modulo 2^32, so
// their order does not matter.
//   Here a column is bytes: those of the first pixel, then those of the second, each filled up to whole quads. Helium
//   multiplies int8 with int8: uint8 elements u stand there as u - 128 (their top bit flipped), and caplet_add_flipped
//   adds 128 times the sum of the weights.
#include "sums.h"

#include "words.h"

#if CAPLET_HAS_HELIUM

#include <arm_mve.h>

#define INLINE static inline __attribute__((always_inline))
#define LANES 16u

// Byte offsets of 16 depths of one channel in a block of `channels`: [quad][channel][4].
INLINE uint8x16_t depth_offsets(uint32_t channels)
{
  const uint8x16_t lane = vidupq_n_u8(0, 1);
  const uint8x16_t quad = vshrq_n_u8(lane, 2);
  return vmlaq_n_u8(vandq_u8(lane, vdupq_n_u8(3)), quad, (uint8_t)(4u * channels));
}

void caplet_widen(const uint8_t *source, uint32_t bytes, bool is_unsigned, uint32_t *column, uint32_t pixel)
{
  const uint8x16_t flip = vdupq_n_u8(is_unsigned ? 0x80 : 0);
  uint32_t filled = (bytes + 3u) & ~3u;
  uint8_t *to = (uint8_t *)column + pixel * filled;
  for (;;) {
    // Lanes that are not read are 0.
    const uint8x16_t read = vldrbq_z_u8(source, vctp8q(bytes));
    vstrbq_p_u8(to, veorq_u8(read, flip), vctp8q(filled));
    if (filled <= LANES) return;
    bytes -= bytes < LANES ? bytes : LANES;
    filled -= LANES;
    source += LANES;
    to += LANES;
  }
}

// The depths of `quads` quads, of which the last vector may have fewer, of each channel by itself.
INLINE void sum_channels(const int8_t *first, const int8_t *second, uint32_t quads, const uint8_t *weights,
                         uint32_t channels, int32_t *sums)
{
  const uint8x16_t offsets = depth_offsets(channels);
  for (uint32_t channel = 0; channel < channels; channel++) {
    const int8_t *weight = (const int8_t *)weights + 4u * channel;
    int32_t sum = sums[2u * channel];
    int32_t other = sums[2u * channel + 1u];
    for (uint32_t at = 0; at < 4u * quads; at += LANES) {
      const mve_pred16_t some = vctp8q(4u * quads - at);
      const int8x16_t w = vldrbq_gather_offset_z_s8(weight, offsets, some);
      sum = vmladavaq_s8(sum, vldrbq_z_s8(first + at, some), w);
      other = vmladavaq_s8(other, vldrbq_z_s8(second + at, some), w);
      weight += LANES * channels;
    }
    sums[2u * channel] = sum;
    sums[2u * channel + 1u] = other;
  }
}

void caplet_sum_few_pairs(const uint32_t *column, uint32_t quads, const uint8_t *weights, uint32_t channels,
                          const int32_t *from, int32_t *to)
{
  const int8_t *first = (const int8_t *)column;
  for (uint32_t i = 0; i < 2u * channels; i++) to[i] = from[i];
  sum_channels(first, first + 4u * quads, quads, weights, channels, to);
}

// A vector load needs words aligned to 4; weights of a file that is not aligned go byte by byte.
INLINE bool is_aligned(const uint8_t *weights)
{
  return (uintptr_t)weights % 4u == 0u;
}

void caplet_sum_pairs(const uint32_t *column, uint32_t quads, const uint8_t *weights, const int32_t *from, int32_t *to)
{
  const int8_t *first = (const int8_t *)column;
  const int8_t *second = first + 4u * quads;
  int32_t a0 = from[0], a1 = from[2], a2 = from[4], a3 = from[6];
  int32_t b0 = from[1], b1 = from[3], b2 = from[5], b3 = from[7];
  if (is_aligned(weights)) {
    for (; quads >= 4u; quads -= 4u) {
      const int32x4x4_t w = vld4q_s32((const int32_t *)(const void *)weights);
      const int8x16_t w0 = vreinterpretq_s8_s32(w.val[0]), w1 = vreinterpretq_s8_s32(w.val[1]);
      const int8x16_t w2 = vreinterpretq_s8_s32(w.val[2]), w3 = vreinterpretq_s8_s32(w.val[3]);
      const int8x16_t x = vldrbq_s8(first), y = vldrbq_s8(second);
      a0 = vmladavaq_s8(a0, x, w0);
      a1 = vmladavaq_s8(a1, x, w1);
      a2 = vmladavaq_s8(a2, x, w2);
      a3 = vmladavaq_s8(a3, x, w3);
      b0 = vmladavaq_s8(b0, y, w0);
      b1 = vmladavaq_s8(b1, y, w1);
      b2 = vmladavaq_s8(b2, y, w2);
      b3 = vmladavaq_s8(b3, y, w3);
      first += LANES;
      second += LANES;
      weights += 4u * LANES;
    }
  }
  const int32_t sums[8] = {a0, b0, a1, b1, a2, b2, a3, b3};
  for (uint32_t i = 0; i < 8u; i++) to[i] = sums[i];
  if (quads != 0u) sum_channels(first, second, quads, weights, 4, to);
}

// 128 times the sum of a channel's weights.
INLINE int32_t flipped(const uint8_t *weights, uint32_t quads, uint32_t channels)
{
  const uint8x16_t offsets = depth_offsets(channels);
  int32_t sum = 0;
  for (uint32_t left = 4u * quads; left != 0u; left -= left < LANES ? left : LANES) {
    sum = vaddvaq_s8(sum, vldrbq_gather_offset_z_s8((const int8_t *)weights, offsets, vctp8q(left)));
    weights += LANES * channels;
  }
  return (int32_t)((uint32_t)sum << 7);
}

void caplet_add_flipped(const uint8_t *weights, uint32_t quads, uint32_t channels, int32_t *sums)
{
  for (uint32_t channel = 0; channel < channels; channel++) {
    const uint32_t more = (uint32_t)flipped(weights + 4u * channel, quads, channels);
    sums[2u * channel] = (int32_t)((uint32_t)sums[2u * channel] + more);
    sums[2u * channel + 1u] = (int32_t)((uint32_t)sums[2u * channel + 1u] + more);
  }
}

INLINE void sum_row(const uint8_t *input, uint32_t quads, uint8_t flip, const uint8_t *weights, const int32_t *from,
                    int32_t *to)
{
  const int8x16_t flips = vdupq_n_s8((int8_t)flip);
  int32_t a0 = from[0], a1 = from[1], a2 = from[2], a3 = from[3];
  if (is_aligned(weights)) {
    for (; quads >= 4u; quads -= 4u) {
      const int32x4x4_t w = vld4q_s32((const int32_t *)(const void *)weights);
      const int8x16_t x = veorq_s8(vldrbq_s8((const int8_t *)input), flips);
      a0 = vmladavaq_s8(a0, x, vreinterpretq_s8_s32(w.val[0]));
      a1 = vmladavaq_s8(a1, x, vreinterpretq_s8_s32(w.val[1]));
      a2 = vmladavaq_s8(a2, x, vreinterpretq_s8_s32(w.val[2]));
      a3 = vmladavaq_s8(a3, x, vreinterpretq_s8_s32(w.val[3]));
      input += LANES;
      weights += 4u * LANES;
    }
  }
  const uint8x16_t offsets = depth_offsets(4);
  for (uint32_t left = 4u * quads; left != 0u; left -= left < LANES ? left : LANES) {
    const mve_pred16_t some = vctp8q(left);
    const int8_t *weight = (const int8_t *)weights;
    // Flipped zeros meet weights that are not read: zeros.
    const int8x16_t x = veorq_s8(vldrbq_z_s8((const int8_t *)input, some), flips);
    a0 = vmladavaq_s8(a0, x, vldrbq_gather_offset_z_s8(weight, offsets, some));
    a1 = vmladavaq_s8(a1, x, vldrbq_gather_offset_z_s8(weight + 4, offsets, some));
    a2 = vmladavaq_s8(a2, x, vldrbq_gather_offset_z_s8(weight + 8, offsets, some));
    a3 = vmladavaq_s8(a3, x, vldrbq_gather_offset_z_s8(weight + 12, offsets, some));
    input += LANES;
    weights += 4u * LANES;
  }
  to[0] = a0;
  to[1] = a1;
  to[2] = a2;
  to[3] = a3;
}

void caplet_sum_signed_row(const uint8_t *input, uint32_t quads, const uint8_t *weights, const int32_t *from, int32_t *to)
{
  sum_row(input, quads, 0, weights, from, to);
}

void caplet_sum_unsigned_row(const uint8_t *input, uint32_t quads, const uint8_t *weights, const int32_t *from,
                             int32_t *to)
{
  sum_row(input, quads, 0x80, weights, from, to);
  for (uint32_t channel = 0; channel < 4u; channel++) {
    to[channel] = (int32_t)((uint32_t)to[channel] + (uint32_t)flipped(weights + 4u * channel, quads, 4));
  }
}

#else

// C99 wants something in every file.
typedef int caplet_no_helium;

#endif
