// SPDX-License-Identifier: MIT-0
// What a port knows from the linker script: the same on every emulated board.
#include "port.h"

extern uint32_t __stack_limit[];
extern uint8_t __memory_start[], __memory_end[], __flash_start[], __image_end[];

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
