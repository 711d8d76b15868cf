// SPDX-License-Identifier: Apache-2.0
// i64_add_product against C's own 64-bit arithmetic: prints how many of its cases differ, and how many there were.
#include <stdio.h>

#define CAPLET_MEMORY_SIZE 8u
#include "caplet_wasm2c.h"

void caplet_native_trap(void)
{
  __builtin_trap();
}

static const u64 corners[] = {
  0, 1, 2, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 0x7FFFFFFF80000000,
  0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0x80000000FFFFFFFF, 0xFFFFFFFF00000000, 0xFFFFFFFF7FFFFFFF,
  0xFFFFFFFF80000000, 0xFFFFFFFFFFFFFFFF,
};
#define CORNERS (sizeof corners / sizeof corners[0])

static u64 state = 1;

static u64 random_bits(void)
{
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state ^ state >> 29;
}

static u64 corner_or_random(u32 index)
{
  return index < CORNERS ? corners[index] : random_bits();
}

int main(void)
{
  u32 differ = 0;
  u32 cases = 0;
  for (s32 narrow = -0x8000; narrow <= 0x7FFF; narrow++) {
    // Bytes of either kind and signed halves, as loads extend them.
    const u64 extended = (u64)(s64)narrow;
    for (u32 index = 0; index < CORNERS + 4; index++) {
      const u64 factor = corner_or_random(index);
      const u64 sum = corner_or_random((u32)(random_bits() % (CORNERS + 4)));
      differ += i64_add_product(sum, factor, extended) != sum + factor * extended;
      cases++;
    }
  }
  printf("%u of %u\n", (unsigned)differ, (unsigned)cases);
  return 0;
}
