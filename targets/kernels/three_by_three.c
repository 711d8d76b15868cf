// SPDX-License-Identifier: MIT-0
// Per line, with x01 and x23 the window's elements in pairs and w01, w12 the taps':
//   stride 1, two pixels:  first = w0 x0 + w1 x1 + w2 x2,  second = w0 x1 + w1 x2 + w2 x3
//   stride 2:              sum = w0 x0 + w1 x1 + w2 x2
#include "three_by_three.h"

#include "words.h"

#if CAPLET_HAS_DSP

#define UNUSED __attribute__((unused))

// r0, r1, r2 the three lines; r4, r6, r8 their w01, r5, r7, r9 their w12.
#define BEGIN                    \
  "push   {r4-r11, lr}\n"        \
  "ldr    r12, [sp, #36]\n"      \
  "add    r1, r0, r1, lsl #1\n"  \
  "ldr    r4, [r2, #0]\n"        \
  "ldr    r5, [r2, #2]\n"        \
  "ldr    r6, [r2, #12]\n"       \
  "ldr    r7, [r2, #14]\n"       \
  "ldr    r8, [r2, #24]\n"       \
  "ldr    r9, [r2, #26]\n"       \
  "sub    r2, r1, r0\n"          \
  "add    r2, r2, r1\n"

// 19 instructions for 18 multiply-accumulates. r10, r11 x01, x23; r3, lr the sums; r12 where they go; the end on the stack.
__attribute__((naked)) void caplet_sum_three_by_three(const int16_t *window UNUSED, uint32_t line UNUSED,
                                                      const int16_t *weights UNUSED, uint32_t pairs UNUSED,
                                                      uint32_t *sums UNUSED)
{
  __asm__(BEGIN
          "add    r3, r12, r3, lsl #3\n"
          "push   {r3}\n"
          "1:\n"
          "ldrd   r10, r11, [r0], #4\n"
          "smuad  r3, r4, r10\n"
          "smuad  lr, r5, r11\n"
          "smlatb r3, r5, r11, r3\n"
          "smlabt lr, r4, r10, lr\n"
          "ldrd   r10, r11, [r1], #4\n"
          "smlad  r3, r6, r10, r3\n"
          "smlad  lr, r7, r11, lr\n"
          "smlatb r3, r7, r11, r3\n"
          "smlabt lr, r6, r10, lr\n"
          "ldrd   r10, r11, [r2], #4\n"
          "smlad  r3, r8, r10, r3\n"
          "smlad  lr, r9, r11, lr\n"
          "smlatb r3, r9, r11, r3\n"
          "smlabt lr, r8, r10, lr\n"
          "ldr    r10, [sp]\n"
          "strd   r3, lr, [r12], #8\n"
          "cmp    r12, r10\n"
          "bne    1b\n"
          "add    sp, sp, #4\n"
          "pop    {r4-r11, pc}\n");
}

// 12 instructions for 9 multiply-accumulates. r10, r11 x01, x23; lr the sum; r12 where it goes; r3 the end.
__attribute__((naked)) void caplet_sum_strided_three_by_three(const int16_t *window UNUSED, uint32_t line UNUSED,
                                                              const int16_t *weights UNUSED, uint32_t pixels UNUSED,
                                                              uint32_t *sums UNUSED)
{
  __asm__(BEGIN
          "add    r3, r12, r3, lsl #2\n"
          "1:\n"
          "ldrd   r10, r11, [r0], #4\n"
          "smuad  lr, r4, r10\n"
          "smlatb lr, r5, r11, lr\n"
          "ldrd   r10, r11, [r1], #4\n"
          "smlad  lr, r6, r10, lr\n"
          "smlatb lr, r7, r11, lr\n"
          "ldrd   r10, r11, [r2], #4\n"
          "smlad  lr, r8, r10, lr\n"
          "smlatb lr, r9, r11, lr\n"
          "str    lr, [r12], #4\n"
          "cmp    r12, r3\n"
          "bne    1b\n"
          "pop    {r4-r11, pc}\n");
}

#else

static void sum_pixels(const int16_t *window, uint32_t line, const int16_t *weights, uint32_t pixels, uint32_t stride,
                       uint32_t *sums)
{
  for (uint32_t pixel = 0; pixel < pixels; pixel++) {
    uint32_t sum = 0;
    for (uint32_t row = 0; row < 3u; row++) {
      const int16_t *x = window + row * line;
      const int16_t *w = weights + 6u * row;
      sum += (uint32_t)(x[0] * w[0]) + (uint32_t)(x[1] * w[1]) + (uint32_t)(x[2] * w[2]);
    }
    sums[pixel] = sum;
    window += stride;
  }
}

void caplet_sum_three_by_three(const int16_t *window, uint32_t line, const int16_t *weights, uint32_t pairs,
                               uint32_t *sums)
{
  sum_pixels(window, line, weights, 2u * pairs, 1, sums);
}

void caplet_sum_strided_three_by_three(const int16_t *window, uint32_t line, const int16_t *weights, uint32_t pixels,
                                       uint32_t *sums)
{
  sum_pixels(window, line, weights, pixels, 2, sums);
}

#endif
