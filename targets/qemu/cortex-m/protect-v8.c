// SPDX-License-Identifier: MIT-0
// Cortex-M33, M55: the MPU makes the flash read-only, the stack limit register ends the stack; all else is as without
// an MPU. So a write to the capsule faults, and so does an overflowing stack.
#include <stdint.h>

extern uint32_t __stack_limit[], __flash_start[], __flash_bytes[];
void protect_flash(void);

typedef struct {
  volatile uint32_t type, control, number, base, limit, reserved[7], memory_attributes;
} mpu_registers;

#define MPU ((mpu_registers *)0xE000ED90u)
#define PRIVILEGED_DEFAULT_ENABLE 5u // the default map where no region lies, for privileged code
#define READ_ONLY (3u << 1)
#define NORMAL_MEMORY 0x44u // not cacheable

void protect_flash(void)
{
  uint32_t start = (uint32_t)(uintptr_t)__flash_start;
  uint32_t last = start + (uint32_t)(uintptr_t)__flash_bytes - 32u;
  MPU->memory_attributes = NORMAL_MEMORY;
  MPU->number = 0;
  MPU->base = start | READ_ONLY;
  MPU->limit = last | 1u;
  MPU->control = PRIVILEGED_DEFAULT_ENABLE;
  __asm volatile("msr msplim, %0\ndsb\nisb" ::"r"(__stack_limit) : "memory");
}
