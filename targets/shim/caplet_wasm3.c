// SPDX-License-Identifier: MIT-0
// wasm3 0.9. It reads the module in place and never writes to it. All functions are translated when the
// capsule is opened, so that nothing fails later for lack of memory. Build wasm3 as
// targets/engines/engines.json says: its calloc, realloc and free are the three functions below.
#include "caplet_engine.h"

#include <string.h>

#include "wasm3.h"
// Private: memoryLimit has no function, and without it wasm3 takes whole pages of 64 KiB.
#include "m3_env.h"

typedef struct instance {
  IM3Environment environment;
  IM3Runtime runtime;
  IM3Function exports[CAPLET_EXPORTS];
} instance;

void *caplet_wasm3_calloc(size_t count, size_t size);
void *caplet_wasm3_realloc(void *block, size_t size);
void caplet_wasm3_free(void *block);

void *caplet_wasm3_calloc(size_t count, size_t size)
{
  if (size != 0 && count > SIZE_MAX / size) return NULL;
  void *const block = caplet_heap_allocate(caplet_current_heap, count * size);
  if (block != NULL) memset(block, 0, count * size);
  return block;
}

void *caplet_wasm3_realloc(void *block, size_t size)
{
  return caplet_heap_resize(caplet_current_heap, block, size);
}

void caplet_wasm3_free(void *block)
{
  caplet_heap_free(caplet_current_heap, block);
}

// wasm3 calls this for every kernel; which one is the import's user data.
static const void *call_kernel(IM3Runtime runtime, IM3ImportContext import, uint64_t *arguments, void *memory)
{
  const caplet_capsule *const capsule = m3_GetUserData(runtime);
  const caplet_kernel *const kernel = import->userdata;
  (void)memory;
  // Kernels run only after caplet_open, which completes the context.
  if (capsule->kernel_context.memory == NULL) return m3Err_trapAbort;
  return kernel->function(&capsule->kernel_context, arguments) ? m3Err_none : m3Err_trapAbort;
}

// Links the kernels that the module imports. An import that is left open fails when its caller is translated.
static bool link_kernels(const caplet_kernels *kernels, IM3Module module)
{
  char signature[CAPLET_KERNEL_PARAMETERS + 4u];
  for (uint32_t index = 0; index < kernels->count; index++) {
    const caplet_kernel *const kernel = &kernels->kernels[index];
    const size_t size = strlen(kernel->signature) + 1;
    if (size > sizeof signature - 1) return false;
    signature[0] = 'v';
    memcpy(signature + 1, kernel->signature, size);
    const M3Result linked =
      m3_LinkRawFunctionEx(module, kernels->module, kernel->name, signature, call_kernel, kernel);
    if (linked != m3Err_none && linked != m3Err_functionLookupFailed) return false;
  }
  return true;
}

// wasm3 places values in slots of 4 bytes: a parameter takes two, one of 64 bits may leave one empty. How many
// registers it finds is not known here, so that it gets no less than the default unless the caller says so.
static uint32_t choose_stack(const caplet_capsule *capsule)
{
  const caplet_description *const description = &capsule->description;
  const uint32_t needed = 8u * description->stack_cells + 16u * description->stack_frames;
  const uint32_t chosen = caplet_choose_stack(capsule, needed);
  const bool is_ours = capsule->stack_size == 0 && chosen < CAPLET_DEFAULT_STACK_SIZE;
  return is_ours ? CAPLET_DEFAULT_STACK_SIZE : chosen;
}

static bool load(caplet_capsule *capsule, uint32_t stack_size)
{
  instance *const self = capsule->instance;
  IM3Module module = NULL;
  self->environment = m3_NewEnvironment();
  if (self->environment == NULL) return false;
  self->runtime = m3_NewRuntime(self->environment, stack_size, capsule);
  if (self->runtime == NULL) return false;
  // A limit of 0 would be none.
  self->runtime->memoryLimit = capsule->description.total != 0 ? capsule->description.total : 1u;
  if (m3_ParseModule(self->environment, &module, capsule->flash, capsule->flash_size) != m3Err_none) {
    return false;
  }
  if (m3_LoadModule(self->runtime, module) != m3Err_none) {
    m3_FreeModule(module);
    return false;
  }
  if (capsule->kernels != NULL && !link_kernels(capsule->kernels, module)) return false;
  return m3_CompileModule(module) == m3Err_none;
}

static bool find_export(caplet_capsule *capsule, caplet_export export)
{
  instance *const self = capsule->instance;
  IM3Function found = NULL;
  if (export == CAPLET_RESET && capsule->description.state == 0) return true;
  if (m3_FindFunction(&found, self->runtime, caplet_export_names[export]) != m3Err_none) return false;
  self->exports[export] = found;
  if (m3_GetArgCount(found) != 0) return false;
  if (export != CAPLET_SELFTEST) return m3_GetRetCount(found) == 0;
  return m3_GetRetCount(found) == 1 && m3_GetRetType(found, 0) == c_m3Type_i32;
}

static bool find_exports(caplet_capsule *capsule)
{
  instance *const self = capsule->instance;
  for (uint32_t export = 0; export < CAPLET_EXPORTS; export++) {
    if (!find_export(capsule, (caplet_export)export)) return false;
  }
  // m3_GetMemory looks into a memory that a module without one does not have.
  if (self->runtime->memory.mallocated == NULL) return false;
  capsule->memory = m3_GetMemory(self->runtime, &capsule->memory_size, 0);
  return capsule->memory != NULL;
}

static void close_instance(caplet_capsule *capsule)
{
  instance *const self = capsule->instance;
  if (self == NULL) return;
  if (self->runtime != NULL) m3_FreeRuntime(self->runtime);
  if (self->environment != NULL) m3_FreeEnvironment(self->environment);
  caplet_heap_free(&capsule->heap, self);
  capsule->instance = NULL;
}

static caplet_status open_instance(caplet_capsule *capsule)
{
  const caplet_status status = caplet_accept_module(capsule);
  if (status != CAPLET_OK) return status;
  const uint32_t stack_size = choose_stack(capsule);
  if (stack_size == 0) return CAPLET_ERROR_MEMORY;
  instance *const self = caplet_heap_allocate(&capsule->heap, sizeof *self);
  if (self == NULL) return CAPLET_ERROR_MEMORY;
  memset(self, 0, sizeof *self);
  capsule->instance = self;
  if (load(capsule, stack_size) && find_exports(capsule)) return CAPLET_OK;
  close_instance(capsule);
  return caplet_engine_failure(capsule);
}

static caplet_status call(caplet_capsule *capsule, caplet_export function, uint32_t *result)
{
  instance *const self = capsule->instance;
  const IM3Function export = self->exports[function];
  if (m3_Call(export, 0, NULL) != m3Err_none) return CAPLET_ERROR_TRAP;
  if (function != CAPLET_SELFTEST) return CAPLET_OK;
  const void *results[1] = {result};
  return m3_GetResults(export, 1, results) == m3Err_none ? CAPLET_OK : CAPLET_ERROR_TRAP;
}

const caplet_engine caplet_wasm3 = {open_instance, call, close_instance, NULL};
