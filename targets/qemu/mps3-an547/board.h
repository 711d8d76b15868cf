// SPDX-License-Identifier: MIT-0
// Everything at its secure address: the core starts in the secure state and stays there. Ticks come from the
// subsystem's 64-bit counter: a control frame to switch it on, a status frame to read it.
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#define BOARD_NAME "mps3-an547"
#define BOARD_SERIAL 0x59303000u
#define BOARD_SERIAL_RECEIVE_INTERRUPT 33u
#define BOARD_COUNTER_CONTROL ((volatile uint32_t *)0x58100000u)
#define BOARD_COUNTER_VALUE ((volatile uint32_t *)0x58101000u)
#define BOARD_TICKS_PER_SECOND 32000000u

static inline void board_start_ticks(void)
{
  *BOARD_COUNTER_CONTROL = 1;
}

static inline uint32_t board_ticks(void)
{
  return *BOARD_COUNTER_VALUE;
}

#endif
