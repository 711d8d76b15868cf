// SPDX-License-Identifier: MIT-0
// The innermost loop of dense layers on cores with the DSP extension: 36 instructions for 32 multiply-accumulates.
#include "sums.h"

#include "words.h"

#if CAPLET_HAS_DSP

// Weights of one channel: extend two of the four bytes, multiply them with both pixels' pairs.
#define CHANNEL(load, extend, first, second)    \
  "ldr   r12, " load "\n"                       \
  "sxtb16 r12, r12" extend "\n"                 \
  "smlad " first ", r12, r1, " first "\n"       \
  "smlad " second ", r12, r3, " second "\n"

// r0 column, lr its end, r2 weights, r4-r11 the sums; r1, r3 a pair of either pixel, r12 weights.
__attribute__((naked)) void caplet_sum_pairs(const uint32_t *column __attribute__((unused)),
                                             uint32_t quads __attribute__((unused)),
                                             const uint8_t *weights __attribute__((unused)),
                                             const int32_t *from __attribute__((unused)),
                                             int32_t *to __attribute__((unused)))
{
  __asm__("push  {r4-r11, lr}\n"
          "add   lr, r0, r1, lsl #4\n"
          "ldmia r3, {r4-r11}\n"
          "1:\n"
          "ldrd  r1, r3, [r0], #16\n"
          CHANNEL("[r2, #0]", "", "r4", "r5")
          CHANNEL("[r2, #4]", "", "r6", "r7")
          CHANNEL("[r2, #8]", "", "r8", "r9")
          CHANNEL("[r2, #12]", "", "r10", "r11")
          "ldrd  r1, r3, [r0, #-8]\n"
          CHANNEL("[r2], #4", ", ror #8", "r4", "r5")
          CHANNEL("[r2], #4", ", ror #8", "r6", "r7")
          CHANNEL("[r2], #4", ", ror #8", "r8", "r9")
          CHANNEL("[r2], #4", ", ror #8", "r10", "r11")
          "cmp   r0, lr\n"
          "bne   1b\n"
          "ldr   r0, [sp, #36]\n"
          "stmia r0, {r4-r11}\n"
          "pop   {r4-r11, pc}\n");
}

#else

// C99 wants something in every file.
typedef int caplet_no_dsp;

#endif
