// SPDX-License-Identifier: MIT-0
// The firmware's own part of the port; the emulated board's is targets/qemu/mps/port.c.
#include "port.h"

#include <string.h>

#include "firmware.h"

extern uint32_t __stack_limit[];
extern uint8_t __flash_start[], __image_end[];

uint32_t *port_stack_limit(void)
{
  return __stack_limit;
}

void *port_memory(size_t *size)
{
  static uint8_t memory[FIRMWARE_MEMORY_BYTES] __attribute__((aligned(16)));
  *size = sizeof memory;
  return memory;
}

const uint8_t *port_flash(size_t *size)
{
  *size = (size_t)(__image_end - __flash_start);
  return __flash_start;
}

void port_log(const char *line)
{
  port_send((const uint8_t *)line, strlen(line));
  port_send((const uint8_t *)"\r\n", 2);
}

// Steady for the 171 seconds between two wraps of the counter.
uint32_t port_time_us(void)
{
  return port_ticks() / (port_ticks_per_second() / 1000000u);
}

_Noreturn void port_fatal(const char *line)
{
  port_log(line);
  for (;;) {
  }
}

// The board's PSRAM stands in for flash that can be written: a write clears bits, and only an erase sets them.
#define SLOT_BYTES 0x40000u
#define SLOT(number) ((uint8_t *)(uintptr_t)(0x21000000u + (number) * SLOT_BYTES))

static bool erase_slot(uint32_t slot)
{
  memset(SLOT(slot), 0xFF, SLOT_BYTES);
  return true;
}

static bool write_slot(uint32_t slot, size_t offset, const uint8_t *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) SLOT(slot)[offset + i] &= bytes[i];
  return true;
}

bool port_slots(slots_flash *flash)
{
  const slots_flash slots = {{SLOT(0), SLOT(1)}, SLOT_BYTES, erase_slot, write_slot};
  *flash = slots;
  return true;
}
