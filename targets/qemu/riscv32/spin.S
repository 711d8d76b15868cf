// SPDX-License-Identifier: MIT-0
// caplet_status probe_spin(rounds): executes exactly 2 * rounds + 2 instructions. Pre: rounds > 0.
  .text
  .global probe_spin
  .type probe_spin, @function
probe_spin:
1:
  addi a0, a0, -1
  bnez a0, 1b
  li a0, 0
  ret
