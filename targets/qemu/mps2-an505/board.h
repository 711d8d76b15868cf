// SPDX-License-Identifier: MIT-0
// Everything at its secure address: the core starts in the secure state and stays there.
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "mps2-an505"
#define BOARD_SERIAL 0x50200000u
#define BOARD_SERIAL_RECEIVE_INTERRUPT 32u
#define BOARD_TIMER 0x50000000u
#define BOARD_TICKS_PER_SECOND 20000000u

#include "../mps/timer.h"

#endif
