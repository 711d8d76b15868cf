// SPDX-License-Identifier: MIT-0
// What one call costs: ticks of the board's counter and bytes of stack.
#ifndef CAPLET_MEASURE_H
#define CAPLET_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "caplet.h"

typedef caplet_status (*measure_call)(caplet_capsule *capsule);

typedef struct {
  caplet_status status;
  uint32_t ticks;
  uint32_t stack_bytes; // below the caller; 0 where it was not asked for
} measure_result;

// Pre, with_stack: nothing else uses this stack meanwhile (interrupts included), and it grows downwards.
measure_result measure(measure_call call, caplet_capsule *capsule, bool with_stack);

// Ticks of a call that does nothing: two instructions (load the result, return) on the cores we know.
uint32_t measure_empty_ticks(void);

#endif
