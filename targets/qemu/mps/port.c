// SPDX-License-Identifier: MIT-0
// Arm's MPS2 and MPS3 boards: CMSDK serial line and timer. Addresses and clock are the board's (board.h).
#include "port.h"

#include "board.h"
#include "../cortex-m/sleep.h"

const char port_name[] = BOARD_NAME;

extern uint32_t __stack_limit[];
extern uint8_t __memory_start[], __memory_end[], __flash_start[], __image_end[];

typedef struct {
  volatile uint32_t data, state, control, interrupt_status, baud_divider;
} serial_registers;

typedef struct {
  volatile uint32_t control, value, reload, interrupt_status;
} timer_registers;

#define SERIAL ((serial_registers *)BOARD_SERIAL)
#define TIMER ((timer_registers *)BOARD_TIMER)
#define TRANSMIT_FULL 1u
#define RECEIVE_FULL 2u
#define RECEIVE_INTERRUPT 2u

void port_start(void)
{
  SERIAL->baud_divider = 16;
  SERIAL->control = 0xBu; // transmit, receive, interrupt at a received byte
  sleep_prepare(BOARD_SERIAL_RECEIVE_INTERRUPT);
  TIMER->control = 0;
  TIMER->reload = UINT32_MAX;
  TIMER->value = UINT32_MAX;
  TIMER->control = 1;
}

int port_receive(void)
{
  return (SERIAL->state & RECEIVE_FULL) != 0 ? (int)(SERIAL->data & 0xFFu) : -1;
}

void port_wait(void)
{
  sleep_until_interrupt();
  SERIAL->interrupt_status = RECEIVE_INTERRUPT;
  sleep_forget(BOARD_SERIAL_RECEIVE_INTERRUPT);
}

void port_send(const uint8_t *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    while ((SERIAL->state & TRANSMIT_FULL) != 0) {
    }
    SERIAL->data = bytes[i];
  }
}

// The timer counts down.
uint32_t port_ticks(void)
{
  return UINT32_MAX - TIMER->value;
}

uint32_t port_ticks_per_second(void)
{
  return BOARD_TICKS_PER_SECOND;
}

uint32_t *port_stack_limit(void)
{
  return __stack_limit;
}

void *port_memory(size_t *size)
{
  *size = (size_t)(__memory_end - __memory_start);
  return __memory_start;
}

const uint8_t *port_flash(size_t *size)
{
  *size = (size_t)(__image_end - __flash_start);
  return __flash_start;
}
