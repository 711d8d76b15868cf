// SPDX-License-Identifier: MIT-0
// WAMR 2.4, fast or classic interpreter. The module is loaded section by section, since wasm_runtime_load
// would write into flash: the fast interpreter then reads everything in place; the classic one rewrites
// opcodes, so it gets the code section in RAM. Build WAMR as targets/engines/engines.json says.
#include "caplet_engine.h"
#include "caplet_module.h"
#include "caplet_trim.h"

#include <string.h>

#include "wasm_export.h"

#ifndef WASM_ENABLE_FAST_INTERP
#error "define WASM_ENABLE_FAST_INTERP as WAMR was built: 1 fast, 0 classic"
#endif
#if !defined(WASM_MEM_ALLOC_WITH_USAGE) || WASM_MEM_ALLOC_WITH_USAGE == 0
#error "build WAMR with WASM_MEM_ALLOC_WITH_USAGE=1, so that linear memory comes from the caller too"
#endif

#define MESSAGE_BYTES 8u // WAMR explains itself in text; a device has no use for it

// Of the operand stack: a frame besides its cells, and a nested block (WASMInterpFrame, WASMBranchBlock).
#if WASM_ENABLE_FAST_INTERP != 0
#define FRAME_BYTES (5u * (uint32_t)sizeof(void *))
#define BLOCK_BYTES 0u
#else
#define FRAME_BYTES (9u * (uint32_t)sizeof(void *))
#define BLOCK_BYTES (4u * (uint32_t)sizeof(void *))
#endif

typedef struct instance {
  void *code; // the classic interpreter's copy of the code section
  wasm_module_t module;
  wasm_module_inst_t module_instance;
  wasm_exec_env_t environment;
  wasm_function_inst_t exports[CAPLET_EXPORTS];
} instance;

static void *allocate(mem_alloc_usage_t usage, unsigned int size)
{
  void *const block = caplet_heap_allocate(caplet_current_heap, size);
  // Linear memory begins as zeros; WAMR clears what else it needs clear.
  if (block != NULL && usage == Alloc_For_LinearMemory) memset(block, 0, size);
  return block;
}

static void *resize(mem_alloc_usage_t usage, bool is_mapped, void *block, unsigned int size)
{
  (void)usage;
  (void)is_mapped;
  return caplet_heap_resize(caplet_current_heap, block, size);
}

static void release(mem_alloc_usage_t usage, void *block)
{
  (void)usage;
  caplet_heap_free(caplet_current_heap, block);
}

// WAMR counts its users: the first starts it, the last ends it. Starting allocates nothing.
static CAPLET_NOT_INLINED bool start_runtime(void)
{
  // A union, because ISO C has no conversion from a function's pointer to an object's.
  union {
    void *(*allocate)(mem_alloc_usage_t, unsigned int);
    void *(*resize)(mem_alloc_usage_t, bool, void *, unsigned int);
    void (*release)(mem_alloc_usage_t, void *);
    void *pointer;
  } function;
  RuntimeInitArgs arguments;
  memset(&arguments, 0, sizeof arguments);
  arguments.mem_alloc_type = Alloc_With_Allocator;
  arguments.running_mode = Mode_Interp;
  function.allocate = allocate;
  arguments.mem_alloc_option.allocator.malloc_func = function.pointer;
  function.resize = resize;
  arguments.mem_alloc_option.allocator.realloc_func = function.pointer;
  function.release = release;
  arguments.mem_alloc_option.allocator.free_func = function.pointer;
  return wasm_runtime_full_init(&arguments);
}

// WAMR calls this for every kernel; which one is the import's attachment.
static void call_kernel(wasm_exec_env_t environment, uint64_t *arguments)
{
  const caplet_capsule *const capsule = wasm_runtime_get_user_data(environment);
  const caplet_kernel *const kernel = wasm_runtime_get_function_attachment(environment);
  if (capsule != NULL && kernel->function(&capsule->kernel_context, arguments)) return;
  wasm_runtime_set_exception(wasm_runtime_get_module_inst(environment), "kernel argument");
}

static CAPLET_NOT_INLINED NativeSymbol *list_kernels(const caplet_kernels *kernels, void *work)
{
  union {
    void (*call)(wasm_exec_env_t, uint64_t *);
    void *pointer;
  } function;
  function.call = call_kernel;
  NativeSymbol *const symbols = work;
  for (uint32_t index = 0; index < kernels->count; index++) {
    // WAMR takes the attachment as it is and hands it back; it never writes to it.
    union {
      const caplet_kernel *kernel;
      void *pointer;
    } attachment;
    attachment.kernel = &kernels->kernels[index];
    symbols[index].symbol = kernels->kernels[index].name;
    symbols[index].func_ptr = function.pointer;
    symbols[index].signature = kernels->kernels[index].signature;
    symbols[index].attachment = attachment.pointer;
  }
  return symbols;
}

// The module as WAMR's loader takes it. Needed until the module is loaded: what instantiating it takes then fits here.
typedef struct listing {
  wasm_section_t sections[CAPLET_MAXIMUM_SECTIONS];
  void *work;    // the sections as they are in flash; afterwards the kernels that can be imported
  uint8_t *room; // new bodies of sections
} listing;

// The loader's type lacks const. Loaded from sections, it does not write to them, except to the classic
// interpreter's code. NULL where the copy of that does not fit.
static uint8_t *body_of(caplet_capsule *capsule, const caplet_section *section)
{
  union {
    const uint8_t *in_flash;
    uint8_t *pointer;
  } body;
  body.in_flash = section->body;
#if WASM_ENABLE_FAST_INTERP == 0
  if (section->id == CAPLET_SECTION_CODE) {
    instance *const self = capsule->instance;
    self->code = caplet_heap_allocate(&capsule->heap, section->size);
    if (self->code != NULL) memcpy(self->code, section->body, section->size);
    body.pointer = self->code;
  }
#else
  (void)capsule;
#endif
  return body.pointer;
}

// False where a section is damaged or does not fit.
static bool fill_listing(caplet_capsule *capsule, listing *list)
{
  caplet_section *const listed = list->work;
  const uint32_t count = caplet_list_sections(capsule->flash, capsule->flash_size, listed, list->room);
  for (uint32_t index = 0; index < count; index++) {
    const caplet_section *const section = &listed[index];
    wasm_section_t *const entry = &list->sections[index];
    entry->next = index + 1 < count ? entry + 1 : NULL;
    entry->section_type = (int)section->id;
    entry->section_body = body_of(capsule, section);
    entry->section_body_size = section->size;
    if (entry->section_body == NULL) return false;
  }
  return count > 0;
}

static CAPLET_NOT_INLINED listing *list_sections(caplet_capsule *capsule)
{
  const uint32_t room = caplet_list_bytes(capsule->flash, capsule->flash_size);
  const size_t listed = CAPLET_MAXIMUM_SECTIONS * sizeof(caplet_section);
  const size_t symbols = capsule->kernels != NULL ? capsule->kernels->count * sizeof(NativeSymbol) : 0;
  const size_t work = listed > symbols ? listed : symbols;
  listing *const list = caplet_heap_allocate(&capsule->heap, sizeof *list + work + room);
  if (list == NULL) return NULL;
  list->work = list + 1;
  list->room = (uint8_t *)list->work + work;
  if (fill_listing(capsule, list)) return list;
  caplet_heap_free(&capsule->heap, list);
  return NULL;
}

static bool load_listing(caplet_capsule *capsule, listing *list)
{
  instance *const self = capsule->instance;
  char message[MESSAGE_BYTES];
  if (capsule->kernels == NULL) {
    self->module = wasm_runtime_load_from_sections(list->sections, false, message, MESSAGE_BYTES);
    return self->module != NULL;
  }
  // Imports are resolved while loading; afterwards the list of names is not needed.
  NativeSymbol *const symbols = list_kernels(capsule->kernels, list->work);
  const char *const name = capsule->kernels->module;
  if (wasm_runtime_register_natives_raw(name, symbols, capsule->kernels->count)) {
    self->module = wasm_runtime_load_from_sections(list->sections, false, message, MESSAGE_BYTES);
    (void)wasm_runtime_unregister_natives(name, symbols);
  }
  return self->module != NULL;
}

static CAPLET_NOT_INLINED bool load(caplet_capsule *capsule)
{
  listing *const list = list_sections(capsule);
  if (list == NULL) return false;
  const bool is_loaded = load_listing(capsule, list);
  caplet_heap_free(&capsule->heap, list);
  return is_loaded;
}

static bool find_export(caplet_capsule *capsule, caplet_export export)
{
  instance *const self = capsule->instance;
  if (export == CAPLET_RESET && capsule->description.state == 0) return true;
  wasm_function_inst_t const found =
    wasm_runtime_lookup_function(self->module_instance, caplet_export_names[export]);
  self->exports[export] = found;
  if (found == NULL || wasm_func_get_param_count(found, self->module_instance) != 0) return false;
  const uint32_t results = wasm_func_get_result_count(found, self->module_instance);
  if (export != CAPLET_SELFTEST) return results == 0;
  wasm_valkind_t kind;
  if (results != 1) return false;
  wasm_func_get_result_types(found, self->module_instance, &kind);
  return kind == WASM_I32;
}

// The frame from which WAMR calls an export has two cells for a result.
static uint32_t choose_stack(const caplet_capsule *capsule)
{
  const caplet_description *const description = &capsule->description;
  const uint32_t frames = FRAME_BYTES * (description->stack_frames + 1u);
  const uint32_t blocks = BLOCK_BYTES * description->stack_blocks;
  return caplet_choose_stack(capsule, frames + blocks + 4u * (description->stack_cells + 2u));
}

static CAPLET_NOT_INLINED bool instantiate(caplet_capsule *capsule, uint32_t stack_size)
{
  instance *const self = capsule->instance;
  char message[MESSAGE_BYTES];
  self->module_instance =
    wasm_runtime_instantiate(self->module, stack_size, 0, message, MESSAGE_BYTES);
  if (self->module_instance == NULL) return false;
  for (uint32_t export = 0; export < CAPLET_EXPORTS; export++) {
    if (!find_export(capsule, (caplet_export)export)) return false;
  }
  wasm_memory_inst_t const memory = wasm_runtime_get_default_memory(self->module_instance);
  if (memory == NULL) return false;
  const uint64_t size = wasm_memory_get_cur_page_count(memory) * wasm_memory_get_bytes_per_page(memory);
  capsule->memory = wasm_memory_get_base_address(memory);
  capsule->memory_size = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
  self->environment = wasm_runtime_create_exec_env(self->module_instance, stack_size);
  if (self->environment == NULL) return false;
  wasm_runtime_set_user_data(self->environment, capsule);
  return true;
}

static void close_instance(caplet_capsule *capsule)
{
  instance *const self = capsule->instance;
  if (self == NULL) return;
  if (self->environment != NULL) wasm_runtime_destroy_exec_env(self->environment);
  if (self->module_instance != NULL) wasm_runtime_deinstantiate(self->module_instance);
  if (self->module != NULL) wasm_runtime_unload(self->module);
  caplet_heap_free(&capsule->heap, self->code);
  caplet_heap_free(&capsule->heap, self);
  capsule->instance = NULL;
  wasm_runtime_destroy();
}

static caplet_status open_instance(caplet_capsule *capsule)
{
  const caplet_status status = caplet_accept_module(capsule);
  if (status != CAPLET_OK) return status;
  const uint32_t stack_size = choose_stack(capsule);
  if (stack_size == 0) return CAPLET_ERROR_MEMORY;
  if (!start_runtime()) return CAPLET_ERROR_ENGINE;
  instance *const self = caplet_heap_allocate(&capsule->heap, sizeof *self);
  if (self == NULL) {
    wasm_runtime_destroy();
    return CAPLET_ERROR_MEMORY;
  }
  memset(self, 0, sizeof *self);
  capsule->instance = self;
  if (load(capsule) && instantiate(capsule, stack_size)) return CAPLET_OK;
  close_instance(capsule);
  return caplet_engine_failure(capsule);
}

static caplet_status call(caplet_capsule *capsule, caplet_export function, uint32_t *result)
{
  instance *const self = capsule->instance;
  uint32_t values[1] = {0};
  if (!wasm_runtime_call_wasm(self->environment, self->exports[function], 0, values)) {
    wasm_runtime_clear_exception(self->module_instance);
    return CAPLET_ERROR_TRAP;
  }
  *result = values[0];
  return CAPLET_OK;
}

const caplet_engine caplet_wamr = {open_instance, call, close_instance, NULL};
