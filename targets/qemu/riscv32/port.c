// SPDX-License-Identifier: MIT-0
// QEMU virt: its 16550 serial line, and its 10 MHz clock.
#include "port.h"

// Control registers are an extension of their own to GCC 12, and with it named no C library matches.
__asm(".option arch, +zicsr");

const char port_name[] = "riscv32";

#define SERIAL ((volatile uint8_t *)0x10000000u)
#define SERIAL_DATA 0
#define SERIAL_INTERRUPTS 1
#define SERIAL_STATUS 5
#define RECEIVED 1u
#define TRANSMIT_EMPTY (1u << 5)

// Platform interrupt controller, hart 0 in machine mode.
#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SERIAL_INTERRUPT 10u
#define INTERRUPT_PRIORITY REGISTER(0x0C000000u + 4u * SERIAL_INTERRUPT)
#define INTERRUPT_ENABLE REGISTER(0x0C002000u)
#define INTERRUPT_CLAIM REGISTER(0x0C200004u)

void port_start(void)
{
  SERIAL[SERIAL_INTERRUPTS] = 1; // at a received byte
  INTERRUPT_PRIORITY = 1;
  INTERRUPT_ENABLE = 1u << SERIAL_INTERRUPT;
  // Pending external interrupts end WFI; mstatus.MIE stays off, so that none is taken.
  __asm volatile("csrs mie, %0" ::"r"(1u << 11));
}

int port_receive(void)
{
  return (SERIAL[SERIAL_STATUS] & RECEIVED) != 0 ? (int)SERIAL[SERIAL_DATA] : -1;
}

void port_wait(void)
{
  __asm volatile("wfi" ::: "memory");
  INTERRUPT_CLAIM = INTERRUPT_CLAIM;
}

void port_send(const uint8_t *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    while ((SERIAL[SERIAL_STATUS] & TRANSMIT_EMPTY) == 0) {
    }
    SERIAL[SERIAL_DATA] = bytes[i];
  }
}

uint32_t port_ticks(void)
{
  uint32_t ticks;
  __asm volatile("csrr %0, time" : "=r"(ticks));
  return ticks;
}

uint32_t port_ticks_per_second(void)
{
  return 10000000u;
}
