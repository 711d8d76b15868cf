// SPDX-License-Identifier: MIT-0
// Reads and writes of words at any alignment, and four bytes as two pairs of int16: what SMLAD multiplies.
//   bytes b0 b1 b2 b3   =>   even pair (b0, b2), odd pair (b1, b3)      one instruction each where there is SXTB16
#ifndef CAPLET_WORDS_H
#define CAPLET_WORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__ARM_FEATURE_SIMD32) && __ARM_FEATURE_SIMD32
#define CAPLET_HAS_DSP 1
#else
#define CAPLET_HAS_DSP 0
#endif

#if defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE
#define CAPLET_HAS_HELIUM 1
#else
#define CAPLET_HAS_HELIUM 0
#endif

static inline uint32_t caplet_load_word(const uint8_t *at)
{
  uint32_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

static inline void caplet_store_word(uint8_t *at, uint32_t word)
{
  memcpy(at, &word, sizeof word);
}

// Two's complement of the lower half.
static inline int32_t caplet_low_half(uint32_t pair)
{
  return (int32_t)(int16_t)(uint16_t)pair;
}

static inline int32_t caplet_high_half(uint32_t pair)
{
  return (int32_t)(int16_t)(uint16_t)(pair >> 16);
}

#if CAPLET_HAS_DSP

static inline uint32_t caplet_even_signed(uint32_t bytes)
{
  uint32_t pair;
  __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(bytes));
  return pair;
}

static inline uint32_t caplet_odd_signed(uint32_t bytes)
{
  uint32_t pair;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(bytes));
  return pair;
}

// sum + low * low + high * high, modulo 2^32
static inline uint32_t caplet_multiply_pairs(uint32_t a, uint32_t b, uint32_t sum)
{
  uint32_t result;
  __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

#else

static inline uint32_t caplet_sign_bytes(uint32_t pair)
{
  // 0x80 in a byte lane spreads over its upper byte.
  return pair | ((pair >> 7) & 0x00010001u) * 0xff00u;
}

static inline uint32_t caplet_even_signed(uint32_t bytes)
{
  return caplet_sign_bytes(bytes & 0x00ff00ffu);
}

static inline uint32_t caplet_odd_signed(uint32_t bytes)
{
  return caplet_sign_bytes((bytes >> 8) & 0x00ff00ffu);
}

static inline uint32_t caplet_multiply_pairs(uint32_t a, uint32_t b, uint32_t sum)
{
  const int32_t low = caplet_low_half(a) * caplet_low_half(b);
  const int32_t high = caplet_high_half(a) * caplet_high_half(b);
  return sum + (uint32_t)low + (uint32_t)high;
}

#endif

static inline uint32_t caplet_even_pair(uint32_t bytes, bool is_unsigned)
{
  return is_unsigned ? bytes & 0x00ff00ffu : caplet_even_signed(bytes);
}

static inline uint32_t caplet_odd_pair(uint32_t bytes, bool is_unsigned)
{
  return is_unsigned ? (bytes >> 8) & 0x00ff00ffu : caplet_odd_signed(bytes);
}

#endif
