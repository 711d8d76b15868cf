// SPDX-License-Identifier: MIT-0
// From reset to main on a 32-bit RISC-V core in machine mode, and what happens at a fault: the host is told, and the
// board stops.
#include "../fault.h"

#include <stdint.h>

extern uint32_t __data_start[], __data_end[], __data_load[], __bss_start[], __bss_end[];
extern uint32_t __flash_start[], __flash_bytes[];

// Control registers are an extension of their own to GCC 12, and with it named no C library matches.
__asm(".option arch, +zicsr");

int main(void);
void reset(void);
void start(void);
void fault(void);
void report(uint32_t cause, uint32_t program_counter, uint32_t address);

__attribute__((naked, section(".vectors"))) void reset(void)
{
  __asm volatile(
      ".option push\n"
      ".option norelax\n"
      "la gp, __global_pointer$\n"
      ".option pop\n"
      "la sp, __stack_top\n"
      "j start\n");
}

// A locked PMP entry binds machine mode too: read and execute only, a naturally aligned power of two.
static void protect_flash(void)
{
  uint32_t half_size = (uint32_t)(uintptr_t)__flash_bytes / 2u;
  uint32_t range = ((uint32_t)(uintptr_t)__flash_start | (half_size - 1u)) >> 2;
  __asm volatile("csrw pmpaddr0, %0\ncsrw pmpcfg0, %1" ::"r"(range), "r"(0x9Du) : "memory");
}

__attribute__((noreturn, used)) void start(void)
{
  const uint32_t *from = __data_load;
  for (volatile uint32_t *word = __data_start; word < __data_end; word++) *word = *from++;
  for (volatile uint32_t *word = __bss_start; word < __bss_end; word++) *word = 0;
  __asm volatile("csrw mtvec, %0" ::"r"(fault));
  protect_flash();
  main();
  for (;;) {
  }
}

__attribute__((noreturn, used)) void report(uint32_t cause, uint32_t program_counter, uint32_t address)
{
  const fault_value values[] = {{"PC", program_counter}, {"MCAUSE", cause}, {"MTVAL", address}};
  fault_report(values, sizeof values / sizeof values[0]);
}

// Nothing returns from here, so the report may use the whole stack again.
__attribute__((naked, aligned(4))) void fault(void)
{
  __asm volatile(
      "csrr a0, mcause\n"
      "csrr a1, mepc\n"
      "csrr a2, mtval\n"
      "la sp, __stack_top\n"
      "j report\n");
}
