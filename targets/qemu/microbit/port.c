// SPDX-License-Identifier: MIT-0
// nRF51822: UART and TIMER0, 32 bits at 16 MHz.
#include "../cortex-m/sleep.h"
#include "port.h"

const char port_name[] = "microbit";

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SERIAL_START_RECEIVING REGISTER(0x40002000u)
#define SERIAL_START_SENDING REGISTER(0x40002008u)
#define SERIAL_RECEIVED REGISTER(0x40002108u)
#define SERIAL_SENT REGISTER(0x4000211Cu)
#define SERIAL_INTERRUPTS REGISTER(0x40002304u)
#define SERIAL_ENABLE REGISTER(0x40002500u)
#define SERIAL_RECEIVE REGISTER(0x40002518u)
#define SERIAL_SEND REGISTER(0x4000251Cu)
#define SERIAL_INTERRUPT 2u
#define TIMER_START REGISTER(0x40008000u)
#define TIMER_CAPTURE REGISTER(0x40008040u)
#define TIMER_WIDTH REGISTER(0x40008508u)
#define TIMER_PRESCALER REGISTER(0x40008510u)
#define TIMER_CAPTURED REGISTER(0x40008540u)

void port_start(void)
{
  SERIAL_ENABLE = 4;
  SERIAL_INTERRUPTS = 1u << 2; // at a received byte
  SERIAL_START_RECEIVING = 1;
  SERIAL_START_SENDING = 1;
  TIMER_WIDTH = 3;
  TIMER_PRESCALER = 0;
  TIMER_START = 1;
  sleep_prepare(SERIAL_INTERRUPT);
}

int port_receive(void)
{
  if (SERIAL_RECEIVED == 0) return -1;
  SERIAL_RECEIVED = 0;
  return (int)(SERIAL_RECEIVE & 0xFFu);
}

void port_wait(void)
{
  sleep_until_interrupt();
  sleep_forget(SERIAL_INTERRUPT);
}

void port_send(const uint8_t *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    SERIAL_SENT = 0;
    SERIAL_SEND = bytes[i];
    while (SERIAL_SENT == 0) {
    }
  }
}

uint32_t port_ticks(void)
{
  TIMER_CAPTURE = 1;
  return TIMER_CAPTURED;
}

uint32_t port_ticks_per_second(void)
{
  return 16000000u;
}
