// SPDX-License-Identifier: MIT-0
// Arm's MPS2 and MPS3 boards: their CMSDK serial line. Addresses and counter are the board's (board.h).
#include "../cortex-m/sleep.h"
#include "board.h"
#include "port.h"

const char port_name[] = BOARD_NAME;

typedef struct {
  volatile uint32_t data, state, control, interrupt_status, baud_divider;
} serial_registers;

#define SERIAL ((serial_registers *)BOARD_SERIAL)
#define TRANSMIT_FULL 1u
#define RECEIVE_FULL 2u
#define RECEIVE_INTERRUPT 2u

void port_start(void)
{
  SERIAL->baud_divider = 16;
  SERIAL->control = 0xBu; // transmit, receive, interrupt at a received byte
  sleep_prepare(BOARD_SERIAL_RECEIVE_INTERRUPT);
  board_start_ticks();
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

uint32_t port_ticks(void)
{
  return board_ticks();
}

uint32_t port_ticks_per_second(void)
{
  return BOARD_TICKS_PER_SECOND;
}
