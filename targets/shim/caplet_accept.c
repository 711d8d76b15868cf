// SPDX-License-Identifier: MIT-0
// Accepts or refuses a module before an interpreter sees it. What it imports is held to the kernels that the
// firmware has: engines differ in what they do with an import that nobody provides, and some notice only when it
// is called.
#include "caplet_engine.h"
#include "caplet_module.h"

#include <string.h>

#define FUNCTION_FORM 0x60u
#define I32 0x7Fu

static bool take(caplet_reader *reader, uint32_t size, const uint8_t **bytes)
{
  if (size > (uint32_t)(reader->end - reader->next)) return false;
  *bytes = reader->next;
  reader->next += size;
  return true;
}

// Reads a count and that many value types, of one byte each.
static bool read_values(caplet_reader *reader, uint32_t *count, bool *are_i32)
{
  const uint8_t *types = NULL;
  if (!caplet_read_u32(reader, count) || !take(reader, *count, &types)) return false;
  *are_i32 = true;
  for (uint32_t index = 0; index < *count; index++) {
    if (types[index] != I32) *are_i32 = false;
  }
  return true;
}

// Whether the type of that number takes `parameters` i32 and gives nothing.
static bool is_kernel_type(const caplet_section *types, uint32_t number, uint32_t parameters)
{
  caplet_reader reader = {types->body, types->body + types->size};
  uint32_t count = 0;
  if (!caplet_read_u32(&reader, &count) || number >= count) return false;
  for (uint32_t index = 0;; index++) {
    const uint8_t *form = NULL;
    uint32_t given = 0;
    uint32_t results = 0;
    bool are_i32 = false;
    bool unused = false;
    if (!take(&reader, 1, &form) || *form != FUNCTION_FORM) return false;
    if (!read_values(&reader, &given, &are_i32) || !read_values(&reader, &results, &unused)) return false;
    if (index == number) return are_i32 && given == parameters && results == 0;
  }
}

static bool read_name(caplet_reader *reader, const uint8_t **name, uint32_t *size)
{
  return caplet_read_u32(reader, size) && take(reader, *size, name);
}

static bool is_name(const uint8_t *name, uint32_t size, const char *expected)
{
  return size == strlen(expected) && memcmp(name, expected, size) == 0;
}

static const caplet_kernel *find_kernel(const caplet_kernels *kernels, const uint8_t *name, uint32_t size)
{
  for (uint32_t index = 0; index < kernels->count; index++) {
    if (is_name(name, size, kernels->kernels[index].name)) return &kernels->kernels[index];
  }
  return NULL;
}

// One import: module, name, kind (0 a function), type.
static bool is_provided(caplet_reader *reader, const caplet_section *types, const caplet_kernels *kernels)
{
  const uint8_t *module = NULL;
  const uint8_t *name = NULL;
  uint32_t module_size = 0;
  uint32_t name_size = 0;
  uint32_t kind = 0;
  uint32_t type = 0;
  if (!read_name(reader, &module, &module_size) || !read_name(reader, &name, &name_size)) return false;
  if (!caplet_read_u32(reader, &kind) || kind != 0 || !caplet_read_u32(reader, &type)) return false;
  if (!is_name(module, module_size, kernels->module)) return false;
  const caplet_kernel *const kernel = find_kernel(kernels, name, name_size);
  // A signature is "(iii)".
  return kernel != NULL && is_kernel_type(types, type, (uint32_t)strlen(kernel->signature) - 2u);
}

caplet_status caplet_check_imports(const uint8_t *flash, size_t flash_size, const caplet_kernels *kernels)
{
  caplet_reader reader;
  caplet_section section;
  caplet_section types = {CAPLET_SECTION_TYPE, flash, 0};
  if (!caplet_read_module(&reader, flash, flash_size)) return CAPLET_ERROR_NOT_A_CAPSULE;
  while (caplet_read_section(&reader, &section)) {
    if (section.id == CAPLET_SECTION_TYPE) types = section;
    if (section.id != CAPLET_SECTION_IMPORT) continue;
    caplet_reader imports = {section.body, section.body + section.size};
    uint32_t count = 0;
    if (!caplet_read_u32(&imports, &count)) return CAPLET_ERROR_DAMAGED;
    if (count > 0 && kernels == NULL) return CAPLET_ERROR_KERNEL_INTERFACE;
    for (uint32_t index = 0; index < count; index++) {
      if (!is_provided(&imports, &types, kernels)) return CAPLET_ERROR_KERNEL_INTERFACE;
    }
  }
  return CAPLET_OK;
}

caplet_status caplet_accept_module(caplet_capsule *capsule)
{
  const uint32_t needed = capsule->description.kernel_interface;
  const uint32_t present = capsule->kernels != NULL ? capsule->kernels->kernel_interface : 0;
  if (needed != 0 && needed != present) return CAPLET_ERROR_KERNEL_INTERFACE;
  if (needed == 0) capsule->kernels = NULL;
  caplet_status status = caplet_check_module(capsule->flash, capsule->flash_size);
  if (status != CAPLET_OK) return status;
  status = caplet_check_imports(capsule->flash, capsule->flash_size, capsule->kernels);
  if (status != CAPLET_OK) return status;
  return caplet_find_weights(capsule->flash, capsule->flash_size, &capsule->kernel_context.weights,
                             &capsule->kernel_context.weights_size);
}

uint32_t caplet_choose_stack(const caplet_capsule *capsule, uint32_t needed)
{
  const bool is_known = capsule->description.stack_cells != 0;
  if (capsule->stack_size == 0) return is_known ? needed : CAPLET_DEFAULT_STACK_SIZE;
  return is_known && capsule->stack_size < needed ? 0 : capsule->stack_size;
}
