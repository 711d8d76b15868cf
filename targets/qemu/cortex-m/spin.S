// SPDX-License-Identifier: MIT-0
// caplet_status probe_spin(rounds): executes exactly 2 * rounds + 2 instructions. Pre: rounds > 0.
  .syntax unified
  .thumb
  .text
  .align 2
  .global probe_spin
  .thumb_func
  .type probe_spin, %function
probe_spin:
1:
  subs r0, r0, #1
  bne 1b
  movs r0, #0
  bx lr
