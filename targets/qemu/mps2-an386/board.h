// SPDX-License-Identifier: MIT-0
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "mps2-an386"
#define BOARD_SERIAL 0x40004000u
#define BOARD_SERIAL_RECEIVE_INTERRUPT 0u
#define BOARD_TIMER 0x40000000u
#define BOARD_TICKS_PER_SECOND 25000000u

#include "../mps/timer.h"

#endif
