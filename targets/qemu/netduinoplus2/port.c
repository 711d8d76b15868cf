// SPDX-License-Identifier: MIT-0
// STM32F405: USART1 and the 32-bit timer TIM2, which QEMU runs at 1 GHz.
#include "../cortex-m/sleep.h"
#include "port.h"

const char port_name[] = "netduinoplus2";

typedef struct {
  volatile uint32_t status, data, baud, control;
} serial_registers;

typedef struct {
  volatile uint32_t control, unused[4], event, unused2[3], count, prescaler, reload;
} timer_registers;

#define SERIAL ((serial_registers *)0x40011000u)
#define TIMER ((timer_registers *)0x40000000u)
#define RECEIVED (1u << 5)
#define TRANSMIT_EMPTY (1u << 7)
#define SERIAL_INTERRUPT 37u
#define PRESCALER 64u

void port_start(void)
{
  SERIAL->control = 1u << 13 | 1u << 5 | 1u << 3 | 1u << 2; // on, interrupt at a received byte, transmit, receive
  TIMER->prescaler = PRESCALER - 1u;
  TIMER->reload = UINT32_MAX;
  TIMER->event = 1;
  TIMER->control = 1;
  sleep_prepare(SERIAL_INTERRUPT);
}

int port_receive(void)
{
  return (SERIAL->status & RECEIVED) != 0 ? (int)(SERIAL->data & 0xFFu) : -1;
}

void port_wait(void)
{
  sleep_until_interrupt();
  sleep_forget(SERIAL_INTERRUPT);
}

void port_send(const uint8_t *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    while ((SERIAL->status & TRANSMIT_EMPTY) == 0) {
    }
    SERIAL->data = bytes[i];
  }
}

uint32_t port_ticks(void)
{
  return TIMER->count;
}

uint32_t port_ticks_per_second(void)
{
  return 1000000000u / PRESCALER;
}
