// SPDX-License-Identifier: MIT-0
// Stack: the free part is painted, and what is no longer paint afterwards was used.
#include "measure.h"

#include "port.h"

#define PAINT 0xC5A9E37Bu
#define NOT_INLINED __attribute__((noinline))

// Paints below this function's own frame. Returns the end of the paint.
static NOT_INLINED uint32_t *paint_stack(void)
{
  uint32_t *end = (uint32_t *)__builtin_frame_address(0) - 16;
  for (volatile uint32_t *word = port_stack_limit(); word < end; word++) *word = PAINT;
  return end;
}

static NOT_INLINED uint32_t used_stack(const uint8_t *base, const uint32_t *end)
{
  const volatile uint32_t *word = port_stack_limit();
  while (word < end && *word == PAINT) word++;
  return (uint32_t)(base - (const uint8_t *)word);
}

// Not inlined, so that an empty call and a real one differ in the callee alone.
static NOT_INLINED uint32_t ticks_of(measure_call call, caplet_capsule *capsule, caplet_status *status)
{
  uint32_t begin = port_ticks();
  *status = call(capsule);
  return port_ticks() - begin;
}

measure_result measure(measure_call call, caplet_capsule *capsule, bool with_stack)
{
  measure_result result = {CAPLET_OK, 0, 0};
  const uint8_t *base = __builtin_frame_address(0);
  const uint32_t *end = with_stack ? paint_stack() : NULL;
  result.ticks = ticks_of(call, capsule, &result.status);
  if (with_stack) result.stack_bytes = used_stack(base, end);
  return result;
}

static NOT_INLINED caplet_status nothing(caplet_capsule *capsule)
{
  (void)capsule;
  return CAPLET_OK;
}

uint32_t measure_empty_ticks(void)
{
  caplet_status status;
  // Through a variable: a compiler that sees the callee would leave the call out.
  measure_call volatile call = nothing;
  return ticks_of(call, NULL, &status);
}
