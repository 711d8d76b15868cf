// SPDX-License-Identifier: MIT-0
// From reset to main on any Cortex-M, and what happens at a fault: the host is told, and the board stops.
#include "../fault.h"

#include <stddef.h>
#include <stdint.h>

extern uint32_t __stack_limit[], __stack_top[], __data_start[], __data_end[], __data_load[], __bss_start[], __bss_end[];

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

// A fault may come from an overflown stack: the report runs on one of its own.
__attribute__((used, aligned(8))) static uint32_t fault_stack[96];

__attribute__((noreturn, used)) static void report(const uint32_t *frame)
{
#if __ARM_ARCH >= 7
  fault_value values[] = {{"CFSR", CFSR}, {"MMFAR", MMFAR}, {"BFAR", BFAR}, {"PC", 0}};
#else
  fault_value values[] = {{"PC", 0}};
#endif
  // Where the stack overflowed there is no frame to read.
  size_t count = sizeof values / sizeof values[0];
  if (frame >= __stack_limit && frame + 8 <= __stack_top) values[count - 1].value = frame[6];
  else count--;
  fault_report(values, count);
}

__attribute__((naked)) void fault(void)
{
  __asm volatile(
      "mov r0, sp\n"
      "ldr r1, =fault_stack + 384\n"
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
