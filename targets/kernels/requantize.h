// SPDX-License-Identifier: MIT-0
// From accumulators to outputs: the requantizers of assembly/requantize.ts, bit for bit. The compiler has proven for
// every channel that the form in the block equals the contract (docs/arithmetic.md).
//   Here the product P = accumulator * multiplier, fixed point with 42 bits behind the point, is two words: the upper
//   one holds 10 of these bits. What is beyond the outputs' range may be rounded wrongly: it is clamped.
#ifndef CAPLET_REQUANTIZE_H
#define CAPLET_REQUANTIZE_H

#include "layer.h"
#include "words.h"

#define CAPLET_INLINE static inline __attribute__((always_inline))

// Bits of the upper word behind the point.
#define CAPLET_FRACTION 10

// One channel's record. Of `high` and `low` the signed value low + high * 2^32 is the multiplier; unused ones are 0.
// Of the double rounding `low` is the multiplier, and what follows `window` its shifts.
typedef struct caplet_scale {
  uint32_t bias;
  float factor;
  int32_t low;
  uint32_t high;
  uint32_t window;
  uint32_t left;
  uint32_t right;
  int32_t half; // of 2^right
  int32_t away; // -1 where halves of negative numbers have to be moved away from zero
} caplet_scale;

CAPLET_INLINE float caplet_load_float(const uint8_t *at)
{
  float value;
  memcpy(&value, at, sizeof value);
  return value;
}

// `form` is a constant wherever these are used.
CAPLET_INLINE caplet_scale caplet_read_scale(caplet_requantizer form, const uint8_t *record)
{
  caplet_scale scale = {caplet_load_word(record), 0.0f, 0, 0, 0, 0, 0, 0, 0};
  if (form == CAPLET_REQUANTIZE_FLOAT) {
    scale.factor = caplet_load_float(record + 4);
  } else if (form == CAPLET_REQUANTIZE_DOUBLE) {
    scale.low = (int32_t)caplet_load_word(record + 4);
    scale.left = record[8] & 31u;
    scale.right = record[9] & 31u;
    scale.half = (int32_t)((1u << scale.right) >> 1);
    scale.away = scale.right == 0u ? 0 : -1;
  } else {
    const uint32_t low = caplet_load_word(record + 4);
    scale.low = (int32_t)low;
    // The multiplication takes the lower word as signed: its top bit then counts -2^31 instead of 2^31.
    scale.high = caplet_load_word(record + 8) + (low >> 31);
    if (form == CAPLET_REQUANTIZE_WINDOW) scale.window = caplet_load_word(record + 12);
  }
  return scale;
}

// To the nearest integer, halves up.
CAPLET_INLINE int32_t caplet_round_plain(uint32_t upper)
{
  return (int32_t)(upper + (1u << (CAPLET_FRACTION - 1))) >> CAPLET_FRACTION;
}

// To the nearest integer; products within `window` (of the lower word) of a tie go to the even one.
//   threshold = just under one half, plus one for odd, xor window
CAPLET_INLINE int32_t caplet_round_to_even(uint32_t upper, uint32_t lower, uint32_t window)
{
  const uint32_t is_odd = (upper >> CAPLET_FRACTION) & 1u;
  const uint64_t product = (uint64_t)upper << 32 | lower;
  const uint64_t threshold = (uint64_t)(((1u << (CAPLET_FRACTION - 1)) - 1u) + is_odd) << 32 | ((is_odd - 1u) ^ window);
  return (int32_t)(uint32_t)((product + threshold) >> 32) >> CAPLET_FRACTION;
}

// Half a unit in the last place of a float32 at the tie k + 1/2: 2^17 for |k + 1/2| < 1, doubled with each further bit
// of k; right for up to 14 bits, which is more than outputs need. A one behind k's bits counts for k = 0.
CAPLET_INLINE uint32_t caplet_full_window(uint32_t upper)
{
  const uint32_t magnitude = (upper >> 31) != 0u ? ~upper : upper;
  const uint32_t zeros = (uint32_t)__builtin_clz(magnitude >> (CAPLET_FRACTION - 1) | 1u);
  const uint32_t one = 1u << 16;
  return one >> (zeros & 31u) | one << ((32u - zeros) & 31u); // rotated right
}

#if defined(__ARM_FP) && (__ARM_FP & 4) != 0 && CAPLET_HAS_DSP
#define CAPLET_ROUNDS_IN_HARDWARE 1

// The processor's conversion rounds half to even (its reset state) and saturates. VMUL, never VFMA.
CAPLET_INLINE int32_t caplet_round_float(int32_t accumulator, float factor, float low, float high)
{
  float scaled = (float)accumulator * factor;
  int32_t rounded;
  (void)low;
  (void)high;
  __asm__("vcvtr.s32.f32 %0, %0" : "+t"(scaled));
  memcpy(&rounded, &scaled, sizeof rounded);
  return rounded;
}

CAPLET_INLINE int32_t caplet_add_saturated(int32_t a, int32_t b)
{
  int32_t sum;
  __asm__("qadd %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b));
  return sum;
}

#else
#define CAPLET_ROUNDS_IN_HARDWARE 0

// Clamp first; then adding 1.5 * 2^23 rounds half to even.
CAPLET_INLINE int32_t caplet_round_float(int32_t accumulator, float factor, float low, float high)
{
  float scaled = (float)accumulator * factor;
  int32_t bits;
  if (!(scaled > low)) scaled = low;
  if (scaled > high) scaled = high;
  scaled += 12582912.0f;
  memcpy(&bits, &scaled, sizeof bits);
  return bits - 0x4b400000;
}

// Both are small here.
CAPLET_INLINE int32_t caplet_add_saturated(int32_t a, int32_t b)
{
  return a + b;
}

#endif

// a * b / 2^32, halves up.
CAPLET_INLINE int32_t caplet_multiply_high(int32_t a, int32_t b)
{
#if CAPLET_HAS_DSP
  int32_t product;
  __asm__("smmulr %0, %1, %2" : "=r"(product) : "r"(a), "r"(b));
  return product;
#else
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 31)) >> 32);
#endif
}

// TFLite Micro's two roundings: the high half of the product, halves up; then a shift, halves away from zero. The record's
// left shift is one more than there, where the product is doubled. Right for accumulators that it leaves in 32 bits.
CAPLET_INLINE int32_t caplet_round_double(int32_t accumulator, caplet_scale scale)
{
  const int32_t high = caplet_multiply_high((int32_t)((uint32_t)accumulator << scale.left), scale.low);
  const int32_t away = -(int32_t)((uint32_t)high >> 31) & scale.away;
  return (int32_t)((uint32_t)high + (uint32_t)away + (uint32_t)scale.half) >> scale.right;
}

// The nearest integer to the product, right wherever it may lead to an output within low..high (about the zero point).
CAPLET_INLINE int32_t caplet_round(caplet_requantizer form, int32_t accumulator, caplet_scale scale, float low, float high)
{
  if (form == CAPLET_REQUANTIZE_FLOAT) return caplet_round_float(accumulator, scale.factor, low, high);
  if (form == CAPLET_REQUANTIZE_DOUBLE) return caplet_round_double(accumulator, scale);
  const uint64_t lower = (uint64_t)((int64_t)accumulator * scale.low);
  const uint32_t upper = (uint32_t)(lower >> 32) + (uint32_t)accumulator * scale.high;
  if (form == CAPLET_REQUANTIZE_PLAIN) return caplet_round_plain(upper);
  const uint32_t window = form == CAPLET_REQUANTIZE_WINDOW ? scale.window : caplet_full_window(upper);
  return caplet_round_to_even(upper, (uint32_t)lower, window);
}

CAPLET_INLINE int32_t caplet_clamp(int32_t value, int32_t low, int32_t high)
{
  const int32_t above = value < low ? low : value;
  return above > high ? high : above;
}

CAPLET_INLINE int32_t caplet_clamp_to_byte(int32_t value)
{
#if defined(__ARM_FEATURE_SAT) && __ARM_FEATURE_SAT
  int32_t byte;
  __asm__("ssat %0, #8, %1" : "=r"(byte) : "r"(value));
  return byte;
#else
  return caplet_clamp(value, -128, 127);
#endif
}

#endif
