// SPDX-License-Identifier: MIT-0
// The shim's own part: checks what the caller gave, lays the handle and a heap into the caller's memory, and
// hands over to the engine.
#include "caplet_engine.h"

#include <string.h>

const char *const caplet_export_names[CAPLET_EXPORTS] = {"invoke", "selftest", "reset"};

const char *caplet_strerror(caplet_status status)
{
  static const char *const messages[] = {
    [CAPLET_OK] = "no error",
    [CAPLET_ERROR_ARGUMENT] = "null pointer or wrong count",
    [CAPLET_ERROR_INDEX] = "no such input or output",
    [CAPLET_ERROR_TYPE] = "this tensor does not convert to floats",
    [CAPLET_ERROR_NOT_A_CAPSULE] = "not a capsule",
    [CAPLET_ERROR_DAMAGED] = "capsule is cut off or damaged",
    [CAPLET_ERROR_VERSION] = "descriptor of an unknown version",
    [CAPLET_ERROR_KERNEL_INTERFACE] = "firmware lacks the capsule's host kernels",
    [CAPLET_ERROR_MEMORY] = "memory given to caplet_open is too small",
    [CAPLET_ERROR_ENGINE] = "engine rejects the module",
    [CAPLET_ERROR_TRAP] = "capsule trapped",
    [CAPLET_ERROR_SELFTEST] = "self-test failed",
  };
  const size_t index = (size_t)status;
  return index < sizeof messages / sizeof messages[0] ? messages[index] : "no such error";
}

caplet_status caplet_engine_failure(const caplet_capsule *capsule)
{
  return capsule->heap.is_exhausted ? CAPLET_ERROR_MEMORY : CAPLET_ERROR_ENGINE;
}

// Lays the handle at the first address of `memory` that is aligned to 8, the heap behind it. NULL: too small.
static caplet_capsule *lay_out(void *memory, size_t memory_size)
{
  const size_t skip = (size_t)((8u - ((uintptr_t)memory & 7u)) & 7u);
  if (memory_size < skip + sizeof(caplet_capsule)) return NULL;
  uint8_t *const start = (uint8_t *)memory + skip;
  caplet_capsule *const capsule = (caplet_capsule *)(void *)start;
  memset(capsule, 0, sizeof *capsule);
  caplet_heap_open(&capsule->heap, start + sizeof *capsule, memory_size - skip - sizeof *capsule);
  return capsule;
}

static caplet_status open_engine(caplet_capsule *capsule)
{
  caplet_current_heap = &capsule->heap;
  caplet_status status = capsule->engine->open(capsule);
  if (status == CAPLET_OK) {
    capsule->kernel_context.memory = capsule->memory;
    capsule->kernel_context.memory_size = capsule->memory_size;
    if (capsule->memory_size < capsule->description.total) status = CAPLET_ERROR_DAMAGED;
    if (status == CAPLET_OK) status = caplet_reset(capsule);
    caplet_current_heap = &capsule->heap;
    if (status != CAPLET_OK) capsule->engine->close(capsule);
  }
  caplet_current_heap = NULL;
  return status;
}

caplet_status caplet_open(caplet_capsule **capsule, const caplet_options *options)
{
  if (capsule == NULL) return CAPLET_ERROR_ARGUMENT;
  *capsule = NULL;
  if (options == NULL || options->engine == NULL || options->memory == NULL) return CAPLET_ERROR_ARGUMENT;
  caplet_capsule *const opened = lay_out(options->memory, options->memory_size);
  if (opened == NULL) return CAPLET_ERROR_MEMORY;
  caplet_status status = caplet_describe(options->flash, options->flash_size, &opened->description);
  if (status != CAPLET_OK) return status;
  opened->engine = options->engine;
  opened->flash = options->flash;
  opened->flash_size = (uint32_t)options->flash_size;
  opened->stack_size = options->stack_size;
  opened->kernels = options->kernels;
  status = open_engine(opened);
  if (status == CAPLET_OK) *capsule = opened;
  return status;
}

void caplet_close(caplet_capsule *capsule)
{
  if (capsule == NULL) return;
  caplet_current_heap = &capsule->heap;
  capsule->engine->close(capsule);
  caplet_current_heap = NULL;
}

const caplet_description *caplet_description_of(const caplet_capsule *capsule)
{
  return capsule != NULL ? &capsule->description : NULL;
}

void *caplet_input(caplet_capsule *capsule, uint32_t index)
{
  caplet_tensor tensor;
  if (capsule == NULL) return NULL;
  if (caplet_describe_input(&capsule->description, index, &tensor) != CAPLET_OK) return NULL;
  return capsule->memory + tensor.offset;
}

const void *caplet_output(const caplet_capsule *capsule, uint32_t index)
{
  caplet_tensor tensor;
  if (capsule == NULL) return NULL;
  if (caplet_describe_output(&capsule->description, index, &tensor) != CAPLET_OK) return NULL;
  return capsule->memory + tensor.offset;
}

static caplet_status call(caplet_capsule *capsule, caplet_export function, uint32_t *result)
{
  caplet_heap *const outer = caplet_current_heap;
  caplet_current_heap = &capsule->heap;
  const caplet_status status = capsule->engine->call(capsule, function, result);
  caplet_current_heap = outer;
  return status;
}

caplet_status caplet_invoke(caplet_capsule *capsule)
{
  uint32_t unused = 0;
  return capsule != NULL ? call(capsule, CAPLET_INVOKE, &unused) : CAPLET_ERROR_ARGUMENT;
}

caplet_status caplet_selftest(caplet_capsule *capsule)
{
  uint32_t failure = 1;
  if (capsule == NULL) return CAPLET_ERROR_ARGUMENT;
  caplet_status status = call(capsule, CAPLET_SELFTEST, &failure);
  if (status == CAPLET_OK && failure != 0) status = CAPLET_ERROR_SELFTEST;
  const caplet_status reset = caplet_reset(capsule);
  return status != CAPLET_OK ? status : reset;
}

caplet_status caplet_reset(caplet_capsule *capsule)
{
  uint32_t unused = 0;
  if (capsule == NULL) return CAPLET_ERROR_ARGUMENT;
  if (capsule->description.state == 0) return CAPLET_OK;
  return call(capsule, CAPLET_RESET, &unused);
}

caplet_memory_usage caplet_memory_used(const caplet_capsule *capsule)
{
  caplet_memory_usage usage = {0, 0};
  if (capsule == NULL) return usage;
  // The handle and the bytes lost to alignment stay in use.
  const size_t fixed = (size_t)(capsule->heap.blocks - (const uint8_t *)(const void *)capsule);
  usage.now = fixed + caplet_heap_now(&capsule->heap);
  usage.most = fixed + capsule->heap.most;
  return usage;
}
