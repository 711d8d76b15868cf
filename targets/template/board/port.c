// SPDX-License-Identifier: MIT-0
// !FIXME Your board: fill in each function with your SDK's calls. It compiles as it stands and does nothing.
#include "port.h"

#include "firmware.h"

const char port_name[] = "my-board";

void port_start(void)
{
  // !FIXME Clocks; the serial line (115200 baud or more, 8N1), with an interrupt at a received byte; the counter of
  // port_ticks; and, where the core has an MPU, a region that makes the flash read-only.
}

int port_receive(void)
{
  // !FIXME The next received byte. Buffer at least FRAMES_CODED_BYTES of them in the interrupt, or let DMA do it.
  return -1;
}

void port_wait(void)
{
  // !FIXME Sleep until an interrupt (WFI, or your RTOS's semaphore). Returning at once is right but drains the battery.
}

void port_send(const uint8_t *bytes, size_t length)
{
  // !FIXME Send them all.
  (void)bytes;
  (void)length;
}

uint32_t port_ticks(void)
{
  // !FIXME On Cortex-M3 and above DWT->CYCCNT, after DEMCR.TRCENA and DWT_CTRL.CYCCNTENA have been set.
  return 0;
}

uint32_t port_ticks_per_second(void)
{
  // !FIXME The core's clock.
  return 64000000;
}

uint32_t *port_stack_limit(void)
{
  // !FIXME The lowest word of the stack on which service_run runs: a symbol of the linker script, or the task's stack.
  static uint32_t none;
  return &none;
}

void *port_memory(size_t *size)
{
  static uint8_t memory[FIRMWARE_MEMORY_BYTES] __attribute__((aligned(16)));
  *size = sizeof memory;
  return memory;
}

const uint8_t *port_flash(size_t *size)
{
  // !FIXME From the linker script: where the image begins and how long it is.
  *size = 0;
  return NULL;
}

void port_log(const char *line)
{
  // !FIXME Where you read it: the same serial line will do, the host skips what is no frame.
  (void)line;
}

uint32_t port_time_us(void)
{
  // !FIXME
  return 0;
}

_Noreturn void port_fatal(const char *line)
{
  port_log(line);
  // !FIXME Restart, or blink: whatever a device without a working capsule should do.
  for (;;) {
  }
}
