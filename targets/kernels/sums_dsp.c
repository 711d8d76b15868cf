// SPDX-License-Identifier: MIT-0
// The innermost loops of dense layers on cores with the DSP extension and without Helium (sums_helium.c).
#include "sums.h"

#include "words.h"

#if CAPLET_HAS_DSP && !CAPLET_HAS_HELIUM

#define UNUSED __attribute__((unused))

// Weights of one channel: extend two of the four bytes, multiply them with both pixels' pairs.
#define CHANNEL(load, turn, first, second) \
  "ldr    r12, " load "\n"                 \
  "sxtb16 r12, r12" turn "\n"              \
  "smlad  " first ", r12, r1, " first "\n" \
  "smlad  " second ", r12, r3, " second "\n"

// 36 instructions for 32 multiply-accumulates.
// r0 column, lr its end, r2 weights, r4-r11 the sums; r1, r3 a pair of either pixel, r12 weights.
__attribute__((naked)) void caplet_sum_pairs(const uint32_t *column UNUSED, uint32_t quads UNUSED,
                                             const uint8_t *weights UNUSED, const int32_t *from UNUSED,
                                             int32_t *to UNUSED)
{
  __asm__("push   {r4-r11, lr}\n"
          "add    lr, r0, r1, lsl #4\n"
          "ldmia  r3, {r4-r11}\n"
          "1:\n"
          "ldrd   r1, r3, [r0], #16\n"
          CHANNEL("[r2, #0]", "", "r4", "r5")
          CHANNEL("[r2, #4]", "", "r6", "r7")
          CHANNEL("[r2, #8]", "", "r8", "r9")
          CHANNEL("[r2, #12]", "", "r10", "r11")
          "ldrd   r1, r3, [r0, #-8]\n"
          CHANNEL("[r2], #4", ", ror #8", "r4", "r5")
          CHANNEL("[r2], #4", ", ror #8", "r6", "r7")
          CHANNEL("[r2], #4", ", ror #8", "r8", "r9")
          CHANNEL("[r2], #4", ", ror #8", "r10", "r11")
          "cmp    r0, lr\n"
          "bne    1b\n"
          "ldr    r0, [sp, #36]\n"
          "stmia  r0, {r4-r11}\n"
          "pop    {r4-r11, pc}\n");
}

#define UNIT(sum)                 \
  "ldr    r12, [r2], #4\n"        \
  "sxtb16 r10, r12\n"             \
  "sxtb16 r12, r12, ror #8\n"     \
  "smlad  " sum ", r10, r8, " sum "\n" \
  "smlad  " sum ", r12, r9, " sum "\n"

// 25 instructions for 16 multiply-accumulates.
// r0 input, r1 its end, r2 weights, r4-r7 the sums; r8, r9 the input's pairs, r10, r12 weights.
#define ROW(extend)                   \
  __asm__("push   {r4-r10, lr}\n"     \
          "add    r1, r0, r1, lsl #2\n" \
          "ldmia  r3, {r4-r7}\n"      \
          "1:\n"                      \
          "ldr    r9, [r0], #4\n"     \
          extend " r8, r9\n"          \
          extend " r9, r9, ror #8\n"  \
          UNIT("r4")                  \
          UNIT("r5")                  \
          UNIT("r6")                  \
          UNIT("r7")                  \
          "cmp    r0, r1\n"           \
          "bne    1b\n"               \
          "ldr    r0, [sp, #32]\n"    \
          "stmia  r0, {r4-r7}\n"      \
          "pop    {r4-r10, pc}\n")

__attribute__((naked)) void caplet_sum_signed_row(const uint8_t *input UNUSED, uint32_t quads UNUSED,
                                                  const uint8_t *weights UNUSED, const int32_t *from UNUSED,
                                                  int32_t *to UNUSED)
{
  ROW("sxtb16");
}

__attribute__((naked)) void caplet_sum_unsigned_row(const uint8_t *input UNUSED, uint32_t quads UNUSED,
                                                    const uint8_t *weights UNUSED, const int32_t *from UNUSED,
                                                    int32_t *to UNUSED)
{
  ROW("uxtb16");
}

#else

// C99 wants something in every file.
typedef int caplet_no_dsp;

#endif
