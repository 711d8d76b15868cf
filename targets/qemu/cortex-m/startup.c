// SPDX-License-Identifier: MIT-0
// From reset to main on any Cortex-M, and what happens at a fault: the host is told, and the board stops.
#include "../fault.h"

#include <stdint.h>

extern uint32_t __stack_top[], __data_start[], __data_end[], __data_load[], __bss_start[], __bss_end[];

int main(void);
void reset(void);
void protect_flash(void);
void fault(void);

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define CFSR REGISTER(0xE000ED28u)
#define MMFAR REGISTER(0xE000ED34u)
#define BFAR REGISTER(0xE000ED38u)
#define CPACR REGISTER(0xE000ED88u)

__attribute__((noreturn)) void reset(void)
{
#if defined(__ARM_FP)
  CPACR |= 0xFu << 20;
  __asm volatile("dsb\nisb" ::: "memory");
#endif
  const uint32_t *from = __data_load;
  for (volatile uint32_t *word = __data_start; word < __data_end; word++) *word = *from++;
  for (volatile uint32_t *word = __bss_start; word < __bss_end; word++) *word = 0;
  protect_flash();
  main();
  for (;;) {
  }
}

__attribute__((noreturn, used)) static void report(uint32_t program_counter)
{
#if __ARM_ARCH >= 7
  const fault_value values[] = {{"PC", program_counter}, {"CFSR", CFSR}, {"MMFAR", MMFAR}, {"BFAR", BFAR}};
#else
  const fault_value values[] = {{"PC", program_counter}};
#endif
  fault_report(values, sizeof values / sizeof values[0]);
}

// The exception's frame holds the program counter, unless the stack overflowed. Nothing returns from here, so the
// report may use the whole stack again.
__attribute__((naked)) void fault(void)
{
  __asm volatile(
      "mov r1, sp\n"
      "ldr r2, =__stack_limit\n"
      "movs r0, #0\n"
      "cmp r1, r2\n"
      "blo 1f\n"
      "ldr r0, [r1, #24]\n"
      "1: ldr r1, =__stack_top\n"
      "mov sp, r1\n"
      "ldr r1, =report\n"
      "bx r1\n");
}

// Reset state, exceptions 1 to 15, and no interrupts: everything here polls.
__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    __stack_top, (const void *)reset, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault, (const void *)fault,
};
