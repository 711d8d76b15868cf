// SPDX-License-Identifier: MIT-0
// The CMSDK timer, which counts down. Pre: BOARD_TIMER is its address.
#ifndef CAPLET_TIMER_H
#define CAPLET_TIMER_H

#include <stdint.h>

typedef struct {
  volatile uint32_t control, value, reload, interrupt_status;
} timer_registers;

#define TIMER ((timer_registers *)BOARD_TIMER)

static inline void board_start_ticks(void)
{
  TIMER->control = 0;
  TIMER->reload = UINT32_MAX;
  TIMER->value = UINT32_MAX;
  TIMER->control = 1;
}

static inline uint32_t board_ticks(void)
{
  return UINT32_MAX - TIMER->value;
}

#endif
