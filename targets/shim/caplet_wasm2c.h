// SPDX-License-Identifier: MIT-0
// What the C that wasm2c writes for a capsule is made of: WebAssembly's operations that C lacks. `memory` is
// the address of linear memory. Its size is one number per capsule, so a bounds check is one 32-bit
// comparison with a constant:
//
//   address + offset + width <= SIZE    <=>    address <= SIZE - width - offset, where that is not negative
//
// The generated file defines CAPLET_MEMORY_SIZE, a multiple of 8 and not 0, before it includes this one.
#ifndef CAPLET_WASM2C_H
#define CAPLET_WASM2C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "caplet_native.h"

#if defined(__GNUC__)
__attribute__((noreturn, cold))
#endif
void caplet_native_trap(void);

#ifdef CAPLET_MEMORY_SIZE

#if defined(__GNUC__)
#define CAPLET_INLINE static inline __attribute__((always_inline, unused))
#define CAPLET_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#else
#define CAPLET_INLINE static inline
#define CAPLET_UNLIKELY(condition) (condition)
#endif

typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef int16_t s16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;
typedef float f32;

// As a value, so that an expression can trap.
CAPLET_INLINE u32 caplet_trap(void)
{
  caplet_native_trap();
  return 0;
}

#define UNREACHABLE caplet_trap()

// Pre: offset and width are constants, width <= 8.
CAPLET_INLINE u8 *caplet_at(u8 *memory, u32 address, u32 offset, u32 width)
{
  if (offset > CAPLET_MEMORY_SIZE - width) caplet_native_trap();
  if (CAPLET_UNLIKELY(address > CAPLET_MEMORY_SIZE - width - offset)) caplet_native_trap();
  return memory + address + offset;
}

#define CAPLET_LOAD(name, stored, extended, result)                                   \
  CAPLET_INLINE result name(u8 *memory, u32 address, u32 offset)                      \
  {                                                                                   \
    stored value;                                                                     \
    memcpy(&value, caplet_at(memory, address, offset, sizeof value), sizeof value);   \
    return (result)(extended)value;                                                   \
  }

#define CAPLET_STORE(name, stored, given)                                             \
  CAPLET_INLINE void name(u8 *memory, u32 address, u32 offset, given value)           \
  {                                                                                   \
    const stored narrow = (stored)value;                                              \
    memcpy(caplet_at(memory, address, offset, sizeof narrow), &narrow, sizeof narrow); \
  }

CAPLET_LOAD(i32_load, u32, u32, u32)
CAPLET_LOAD(i32_load8_s, s8, s32, u32)
CAPLET_LOAD(i32_load8_u, u8, u32, u32)
CAPLET_LOAD(i32_load16_s, s16, s32, u32)
CAPLET_LOAD(i32_load16_u, u16, u32, u32)
CAPLET_LOAD(i64_load, u64, u64, u64)
CAPLET_LOAD(i64_load8_s, s8, s64, u64)
CAPLET_LOAD(i64_load8_u, u8, u64, u64)
CAPLET_LOAD(i64_load16_s, s16, s64, u64)
CAPLET_LOAD(i64_load16_u, u16, u64, u64)
CAPLET_LOAD(i64_load32_s, s32, s64, u64)
CAPLET_LOAD(i64_load32_u, u32, u64, u64)
CAPLET_LOAD(f32_load, f32, f32, f32)
CAPLET_STORE(i32_store, u32, u32)
CAPLET_STORE(i32_store8, u8, u32)
CAPLET_STORE(i32_store16, u16, u32)
CAPLET_STORE(i64_store, u64, u64)
CAPLET_STORE(i64_store8, u8, u64)
CAPLET_STORE(i64_store16, u16, u64)
CAPLET_STORE(i64_store32, u32, u64)
CAPLET_STORE(f32_store, f32, f32)

CAPLET_INLINE u8 *caplet_range(u8 *memory, u32 address, u32 size)
{
  if (CAPLET_UNLIKELY(size > CAPLET_MEMORY_SIZE || address > CAPLET_MEMORY_SIZE - size)) caplet_native_trap();
  return memory + address;
}

CAPLET_INLINE void memory_fill(u8 *memory, u32 address, u32 value, u32 size)
{
  memset(caplet_range(memory, address, size), (int)(value & 0xFFu), size);
}

CAPLET_INLINE void memory_copy(u8 *memory, u32 destination, u32 source, u32 size)
{
  const u8 *const from = caplet_range(memory, source, size);
  memmove(caplet_range(memory, destination, size), from, size);
}

CAPLET_INLINE void memory_init(u8 *memory, const u8 *segment, u32 segment_size, u32 destination, u32 source,
                               u32 size)
{
  if (CAPLET_UNLIKELY(size > segment_size || source > segment_size - size)) caplet_native_trap();
  memcpy(caplet_range(memory, destination, size), segment + source, size);
}

// sum + factor * narrow, where narrow comes from an 8-bit or a signed 16-bit load. With factor = high * 2^32 +
// low, low signed (so high is one more where low's sign is set):
//
//   factor * narrow = low * narrow + high * narrow * 2^32    modulo 2^64
//
// That is one multiplication to 64 bits and one to 32, instead of three: the compiler cannot know that
// `narrow` is narrow.
CAPLET_INLINE u64 i64_add_product(u64 sum, u64 factor, u64 narrow)
{
  const u32 low = (u32)factor;
  const u32 high = (u32)(factor >> 32) + (low >> 31);
#if defined(CAPLET_NARROW_MULTIPLY) || defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__)
  // No core instruction multiplies to 64 bits: two halves, each product below 2^31.
  const s32 lower = (s32)(low & 0xFFFFu) * (s32)narrow;
  const s32 upper = ((s32)low >> 16) * (s32)narrow;
  sum += (u64)(s64)lower + ((u64)(s64)upper << 16);
#else
  sum += (u64)((s64)(s32)low * (s32)narrow);
#endif
  return (u64)(u32)sum | (u64)((u32)(sum >> 32) + high * (u32)narrow) << 32;
}

// Integer division traps on a divisor of 0, and on the quotient that does not exist.
CAPLET_INLINE u32 I32_DIV_S(u32 x, u32 y)
{
  if (CAPLET_UNLIKELY(y == 0 || (x == 0x80000000u && y == 0xFFFFFFFFu))) caplet_native_trap();
  return (u32)((s32)x / (s32)y);
}

CAPLET_INLINE u64 I64_DIV_S(u64 x, u64 y)
{
  if (CAPLET_UNLIKELY(y == 0 || (x == (u64)INT64_MIN && y == UINT64_MAX))) caplet_native_trap();
  return (u64)((s64)x / (s64)y);
}

CAPLET_INLINE u32 I32_REM_S(u32 x, u32 y)
{
  if (CAPLET_UNLIKELY(y == 0)) caplet_native_trap();
  return y == 0xFFFFFFFFu ? 0 : (u32)((s32)x % (s32)y);
}

CAPLET_INLINE u64 I64_REM_S(u64 x, u64 y)
{
  if (CAPLET_UNLIKELY(y == 0)) caplet_native_trap();
  return y == UINT64_MAX ? 0 : (u64)((s64)x % (s64)y);
}

#define DIV_U(x, y) ((y) == 0 ? caplet_trap() : (x) / (y))
#define REM_U(x, y) ((y) == 0 ? caplet_trap() : (x) % (y))

CAPLET_INLINE u32 I32_ROTL(u32 x, u32 count)
{
  return x << (count & 31u) | x >> ((32u - count) & 31u);
}

CAPLET_INLINE u32 I32_ROTR(u32 x, u32 count)
{
  return x >> (count & 31u) | x << ((32u - count) & 31u);
}

CAPLET_INLINE u64 I64_ROTL(u64 x, u64 count)
{
  return x << (count & 63u) | x >> ((64u - count) & 63u);
}

CAPLET_INLINE u64 I64_ROTR(u64 x, u64 count)
{
  return x >> (count & 63u) | x << ((64u - count) & 63u);
}

#define I32_CLZ(x) ((x) != 0 ? (u32)__builtin_clz(x) : 32u)
#define I32_CTZ(x) ((x) != 0 ? (u32)__builtin_ctz(x) : 32u)
#define I32_POPCNT(x) ((u32)__builtin_popcount(x))
#define I64_CLZ(x) ((x) != 0 ? (u64)__builtin_clzll(x) : 64u)
#define I64_CTZ(x) ((x) != 0 ? (u64)__builtin_ctzll(x) : 64u)
#define I64_POPCNT(x) ((u64)__builtin_popcountll(x))

CAPLET_INLINE u32 i32_reinterpret_f32(f32 x)
{
  u32 bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

CAPLET_INLINE f32 f32_reinterpret_i32(u32 bits)
{
  f32 x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// NaN if either is; -0 is less than +0.
CAPLET_INLINE f32 FMIN(f32 x, f32 y)
{
  if (x < y) return x;
  if (y < x) return y;
  if (x != y) return x + y;
  return f32_reinterpret_i32(i32_reinterpret_f32(x) | i32_reinterpret_f32(y));
}

CAPLET_INLINE f32 FMAX(f32 x, f32 y)
{
  if (x > y) return x;
  if (y > x) return y;
  if (x != y) return x + y;
  return f32_reinterpret_i32(i32_reinterpret_f32(x) & i32_reinterpret_f32(y));
}

CAPLET_INLINE f32 wasm_fabsf(f32 x)
{
  return f32_reinterpret_i32(i32_reinterpret_f32(x) & 0x7FFFFFFFu);
}

// Toward zero; beyond the type its nearest value, NaN 0.
CAPLET_INLINE u32 I32_TRUNC_SAT_S_F32(f32 x)
{
  if (x >= 2147483648.0f) return INT32_MAX;
  if (x >= -2147483648.0f) return (u32)(s32)x;
  return x != x ? 0 : 0x80000000u;
}

CAPLET_INLINE u32 I32_TRUNC_SAT_U_F32(f32 x)
{
  if (x >= 4294967296.0f) return UINT32_MAX;
  return x >= 1.0f ? (u32)x : 0;
}

#endif // CAPLET_MEMORY_SIZE

#endif
