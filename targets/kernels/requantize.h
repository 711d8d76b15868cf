// SPDX-License-Identifier: MIT-0
// From accumulators to outputs: the requantizers of assembly/requantize.ts, bit for bit. The compiler has proven for
// every channel that the form in the block equals the contract (docs/arithmetic.md).
#ifndef CAPLET_REQUANTIZE_H
#define CAPLET_REQUANTIZE_H

#include "layer.h"
#include "words.h"

// Bits behind the binary point of the integer forms' products.
#define CAPLET_FRACTION 42

static inline int32_t caplet_clamp(int32_t value, int32_t low, int32_t high)
{
  const int32_t above = value < low ? low : value;
  return above > high ? high : above;
}

static inline int64_t caplet_load_wide(const uint8_t *at)
{
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return (int64_t)value;
}

static inline float caplet_load_float(const uint8_t *at)
{
  float value;
  memcpy(&value, at, sizeof value);
  return value;
}

// Modulo 2^64: a record that the compiler wrote never gets there.
static inline int64_t caplet_product(int32_t accumulator, const uint8_t *record)
{
  return (int64_t)((uint64_t)(int64_t)accumulator * (uint64_t)caplet_load_wide(record + 4));
}

static inline int32_t caplet_requantize_plain(int32_t accumulator, const uint8_t *record, caplet_levels levels)
{
  const uint64_t half = (uint64_t)1 << (CAPLET_FRACTION - 1);
  const int64_t rounded = (int64_t)((uint64_t)caplet_product(accumulator, record) + half) >> CAPLET_FRACTION;
  return caplet_clamp((int32_t)rounded + levels.zero_point, levels.minimum, levels.maximum);
}

// To the nearest integer; products within `window` of a tie go to the even one.
static inline int32_t caplet_round_to_even(int64_t product, uint64_t window)
{
  const uint64_t just_under_half = ((uint64_t)1 << (CAPLET_FRACTION - 1)) - 1u;
  const uint64_t is_odd = (uint64_t)(product >> CAPLET_FRACTION) & 1u;
  return (int32_t)((int64_t)((uint64_t)product + ((is_odd + just_under_half) ^ window)) >> CAPLET_FRACTION);
}

static inline int32_t caplet_requantize_window(int32_t accumulator, const uint8_t *record, caplet_levels levels)
{
  const int32_t rounded =
    caplet_round_to_even(caplet_product(accumulator, record), caplet_load_word(record + 12));
  return caplet_clamp(rounded + levels.zero_point, levels.minimum, levels.maximum);
}

// Half a unit in the last place of a float32 at the tie: 2^17 for |k + 1/2| < 1, doubled with each further bit of k.
static inline uint64_t caplet_full_window(int64_t product)
{
  const int32_t floor = (int32_t)(product >> CAPLET_FRACTION); // |floor| < 2^21
  const uint32_t bits = (uint32_t)(floor ^ (floor >> 31));
  return (uint64_t)1 << (17 + (bits == 0u ? 0 : 32 - __builtin_clz(bits)));
}

static inline int32_t caplet_requantize_full(int32_t accumulator, const uint8_t *record, caplet_levels levels)
{
  const int64_t product = caplet_product(accumulator, record);
  const int32_t rounded = caplet_round_to_even(product, caplet_full_window(product));
  return caplet_clamp(rounded + levels.zero_point, levels.minimum, levels.maximum);
}

#if defined(__ARM_FP) && (__ARM_FP & 4) != 0 && CAPLET_HAS_DSP

// The processor's conversion rounds half to even (its reset state) and saturates. VMUL, never VFMA.
static inline int32_t caplet_round_scaled(int32_t accumulator, float multiplier)
{
  float scaled = (float)accumulator * multiplier;
  int32_t rounded;
  __asm__("vcvtr.s32.f32 %0, %0" : "+t"(scaled));
  memcpy(&rounded, &scaled, sizeof rounded);
  return rounded;
}

static inline int32_t caplet_add_saturated(int32_t a, int32_t b)
{
  int32_t sum;
  __asm__("qadd %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b));
  return sum;
}

static inline int32_t caplet_requantize_float(int32_t accumulator, float multiplier, caplet_levels levels)
{
  const int32_t level = caplet_add_saturated(caplet_round_scaled(accumulator, multiplier), levels.zero_point);
  return caplet_clamp(level, levels.minimum, levels.maximum);
}

// The whole range of the output type: one saturating instruction.
static inline int32_t caplet_requantize_float_signed(int32_t accumulator, float multiplier, caplet_levels levels)
{
  const int32_t level = caplet_add_saturated(caplet_round_scaled(accumulator, multiplier), levels.zero_point);
  int32_t byte;
  __asm__("ssat %0, #8, %1" : "=r"(byte) : "r"(level));
  return byte;
}

static inline int32_t caplet_requantize_float_unsigned(int32_t accumulator, float multiplier, caplet_levels levels)
{
  const int32_t level = caplet_add_saturated(caplet_round_scaled(accumulator, multiplier), levels.zero_point);
  int32_t byte;
  __asm__("usat %0, #8, %1" : "=r"(byte) : "r"(level));
  return byte;
}

#else

// Clamp first; then adding 1.5 * 2^23 rounds half to even.
static inline int32_t caplet_requantize_float(int32_t accumulator, float multiplier, caplet_levels levels)
{
  const float low = (float)(levels.minimum - levels.zero_point);
  const float high = (float)(levels.maximum - levels.zero_point);
  float scaled = (float)accumulator * multiplier;
  int32_t bits;
  if (!(scaled > low)) scaled = low;
  if (scaled > high) scaled = high;
  scaled += 12582912.0f;
  memcpy(&bits, &scaled, sizeof bits);
  return bits - (0x4b400000 - levels.zero_point);
}

#define caplet_requantize_float_signed caplet_requantize_float
#define caplet_requantize_float_unsigned caplet_requantize_float

#endif

#endif
