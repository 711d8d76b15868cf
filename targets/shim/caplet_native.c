// SPDX-License-Identifier: MIT-0
// The native tier's engine: linear memory, and the way out of a trap. GCC's own non-local jump needs no libc;
// other compilers take setjmp.h.
#include "caplet_native.h"
#include "caplet_wasm2c.h"

#include <string.h>

#if defined(__GNUC__) && !defined(__clang__) && !defined(CAPLET_USE_SETJMP)
static void *landing[5];
#define LAND() __builtin_setjmp(landing)
#define JUMP() __builtin_longjmp(landing, 1)
#else
#include <setjmp.h>
static jmp_buf landing;
#define LAND() setjmp(landing)
#define JUMP() longjmp(landing, 1)
#endif

void caplet_native_trap(void)
{
  JUMP();
}

caplet_status caplet_native_open(caplet_capsule *capsule)
{
  const struct caplet_native_code *const code = capsule->engine->native;
  const caplet_description *const description = &capsule->description;
  if (description->kernel_interface != 0) return CAPLET_ERROR_KERNEL_INTERFACE;
  // The description's capsule and the linked code must be the same compilation.
  const uint32_t size = code->descriptor_size;
  if (description->descriptor_size != size) return CAPLET_ERROR_ENGINE;
  if (memcmp(description->descriptor, code->descriptor, size) != 0) return CAPLET_ERROR_ENGINE;
  if (description->state != 0 && code->reset == NULL) return CAPLET_ERROR_ENGINE;
  capsule->memory = caplet_heap_allocate(&capsule->heap, code->memory_size);
  if (capsule->memory == NULL) return CAPLET_ERROR_MEMORY;
  capsule->memory_size = code->memory_size;
  memset(capsule->memory, 0, code->memory_size);
  return CAPLET_OK;
}

void caplet_native_close(caplet_capsule *capsule)
{
  caplet_heap_free(&capsule->heap, capsule->memory);
}

static void run(const struct caplet_native_code *code, caplet_export function, uint8_t *memory,
                uint32_t *result)
{
  switch (function) {
    case CAPLET_INVOKE: code->invoke(memory); break;
    case CAPLET_SELFTEST: *result = code->selftest(memory); break;
    case CAPLET_RESET: code->reset(memory); break;
    case CAPLET_EXPORTS: break;
  }
}

// No variable of its own lives across the jump.
caplet_status caplet_native_call(caplet_capsule *capsule, caplet_export function, uint32_t *result)
{
  if (LAND() != 0) return CAPLET_ERROR_TRAP;
  run(capsule->engine->native, function, capsule->memory, result);
  return CAPLET_OK;
}
