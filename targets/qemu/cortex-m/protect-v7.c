// SPDX-License-Identifier: MIT-0
// Cortex-M3, M4, M7: the MPU makes the flash read-only and what lies below the stack untouchable; all else is as
// without an MPU. So a write to the capsule faults, also where the emulator's flash is writable memory, and so does an
// overflowing stack.
#include <stdint.h>

extern uint32_t __stack_limit[], __flash_start[], __flash_bytes[];
void protect_flash(void);

typedef struct {
  volatile uint32_t type, control, number, base, attributes;
} mpu_registers;

#define MPU ((mpu_registers *)0xE000ED90u)
#define PRIVILEGED_DEFAULT_ENABLE 5u // the default map where no region lies, for privileged code
#define READ_ONLY (6u << 24)
#define NO_ACCESS 0u
#define NEVER_EXECUTE (1u << 28)
#define NORMAL_MEMORY (2u << 16)

// Pre: 2^log2_bytes divides the address.
static void add_region(uint32_t number, uint32_t address, uint32_t log2_bytes, uint32_t attributes)
{
  MPU->number = number;
  MPU->base = address;
  MPU->attributes = attributes | NORMAL_MEMORY | (log2_bytes - 1u) << 1 | 1u;
}

// Pre: the flash's size is a power of two that divides its address; 64 KiB divides the stack's.
void protect_flash(void)
{
  uint32_t log2_flash = 31u - (uint32_t)__builtin_clz((uint32_t)(uintptr_t)__flash_bytes);
  add_region(0, (uint32_t)(uintptr_t)__flash_start, log2_flash, READ_ONLY);
  add_region(1, (uint32_t)(uintptr_t)__stack_limit - 0x10000u, 16, NO_ACCESS | NEVER_EXECUTE);
  MPU->control = PRIVILEGED_DEFAULT_ENABLE;
  __asm volatile("dsb\nisb" ::: "memory");
}
