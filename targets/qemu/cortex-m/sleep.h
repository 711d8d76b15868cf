// SPDX-License-Identifier: MIT-0
// Sleep until an interrupt is pending, without ever taking it: with interrupts masked a pending one still ends WFI.
#ifndef CAPLET_SLEEP_H
#define CAPLET_SLEEP_H

#include <stdint.h>

#define NVIC_ENABLE ((volatile uint32_t *)0xE000E100u)
#define NVIC_CLEAR_PENDING ((volatile uint32_t *)0xE000E280u)

static inline void sleep_prepare(uint32_t interrupt)
{
  __asm volatile("cpsid i" ::: "memory");
  NVIC_ENABLE[interrupt / 32u] = 1u << (interrupt % 32u);
}

static inline void sleep_until_interrupt(void)
{
  __asm volatile("dsb\nwfi" ::: "memory");
}

// Pre: the device no longer asks for it.
static inline void sleep_forget(uint32_t interrupt)
{
  NVIC_CLEAR_PENDING[interrupt / 32u] = 1u << (interrupt % 32u);
}

#endif
