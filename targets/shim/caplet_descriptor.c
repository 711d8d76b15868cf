// SPDX-License-Identifier: MIT-0
// Reads the section caplet.descriptor (docs/descriptor.md has its table of bytes) and refuses what
// contradicts itself.
#include "caplet_module.h"

#include <string.h>

// Fields are little-endian and unaligned in flash; the shim copies floats and tensors as they are.
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "caplet needs a little-endian machine"
#endif

#define MAGIC 0x444C5043u // 'CPLD'
#define VERSION 1u
#define HEADER_BYTES 80u
#define TENSOR_BYTES 52u

static uint32_t read_u16(const uint8_t *bytes)
{
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t read_u32(const uint8_t *bytes)
{
  return read_u16(bytes) | read_u16(bytes + 2) << 16;
}

// Bytes of an element; 0: no such type.
static uint32_t element_size(uint32_t type)
{
  static const uint8_t sizes[] = {0, 4, 1, 1, 2, 2, 4, 8, 0, 1, 0, 0, 4, 8};
  return type < sizeof sizes ? sizes[type] : 0;
}

static bool is_zero_point(uint32_t type, int32_t zero_point)
{
  switch (type) {
    case CAPLET_INT8: return zero_point >= INT8_MIN && zero_point <= INT8_MAX;
    case CAPLET_UINT8: return zero_point >= 0 && zero_point <= UINT8_MAX;
    case CAPLET_INT16: return zero_point >= INT16_MIN && zero_point <= INT16_MAX;
    case CAPLET_UINT16: return zero_point >= 0 && zero_point <= UINT16_MAX;
    default: return false;
  }
}

// False where dimensions, bytes and place contradict each other.
static bool read_shape(const uint8_t *bytes, uint32_t total, caplet_tensor *tensor)
{
  uint64_t elements = 1;
  tensor->rank = bytes[1];
  if (tensor->rank > CAPLET_MAXIMUM_RANK || read_u16(bytes + 2) != 0) return false;
  for (uint32_t axis = 0; axis < CAPLET_MAXIMUM_RANK; axis++) {
    const uint32_t dimension = read_u32(bytes + 4 + 4 * axis);
    tensor->dimensions[axis] = dimension;
    if (axis >= tensor->rank && dimension != 0) return false;
    if (axis < tensor->rank) elements *= dimension;
    if (elements > UINT32_MAX) return false;
  }
  tensor->elements = (uint32_t)elements;
  tensor->offset = read_u32(bytes + 44);
  tensor->bytes = read_u32(bytes + 48);
  const uint32_t size = element_size(tensor->type);
  return elements * size == tensor->bytes && tensor->offset % size == 0 && tensor->bytes <= total &&
         tensor->offset <= total - tensor->bytes;
}

// False where scale and zero point are neither a quantization nor absent.
static bool read_quantization(const uint8_t *bytes, caplet_tensor *tensor)
{
  const uint32_t scale_bits = read_u32(bytes + 36);
  const uint32_t zero_point_bits = read_u32(bytes + 40);
  memcpy(&tensor->scale, &scale_bits, sizeof tensor->scale);
  memcpy(&tensor->zero_point, &zero_point_bits, sizeof tensor->zero_point);
  tensor->is_quantized = scale_bits != 0;
  if (!tensor->is_quantized) return zero_point_bits == 0;
  // Positive and finite: the bits of such floats are below those of infinity.
  return scale_bits < 0x7F800000u && is_zero_point(tensor->type, tensor->zero_point);
}

static bool read_tensor(const caplet_description *description, uint32_t index, caplet_tensor *tensor)
{
  const uint8_t *const descriptor = description->descriptor;
  const uint8_t *const bytes = descriptor + read_u16(descriptor + 6) + index * read_u16(descriptor + 12);
  if (element_size(bytes[0]) == 0) return false;
  tensor->type = (caplet_type)bytes[0];
  return read_shape(bytes, description->total, tensor) && read_quantization(bytes, tensor);
}

static caplet_status read_descriptor(const uint8_t *bytes, uint32_t size, caplet_description *description)
{
  if (size < HEADER_BYTES || read_u32(bytes) != MAGIC) return CAPLET_ERROR_DAMAGED;
  if (read_u16(bytes + 4) != VERSION) return CAPLET_ERROR_VERSION;
  description->descriptor = bytes;
  description->descriptor_size = size;
  description->inputs = read_u16(bytes + 14);
  description->outputs = read_u16(bytes + 16);
  description->contract = read_u16(bytes + 18);
  description->kernel_interface = read_u32(bytes + 20);
  description->arena = read_u32(bytes + 24);
  description->state = read_u32(bytes + 28);
  description->total = read_u32(bytes + 32);
  description->macs = (uint64_t)read_u32(bytes + 36) | (uint64_t)read_u32(bytes + 40) << 32;
  description->stack_cells = read_u16(bytes + 44);
  description->stack_frames = bytes[46];
  description->stack_blocks = bytes[47];
  description->model_sha256 = bytes + 48;
  const uint32_t header_bytes = read_u16(bytes + 6);
  const uint32_t tensor_bytes = read_u16(bytes + 12);
  const uint32_t tensors = description->inputs + description->outputs;
  if (header_bytes < HEADER_BYTES || tensor_bytes < TENSOR_BYTES || read_u32(bytes + 8) != size ||
      header_bytes + (uint64_t)tensors * tensor_bytes != size || description->contract < 1 ||
      description->contract > 3 || description->arena > description->total ||
      description->state > description->total - description->arena) {
    return CAPLET_ERROR_DAMAGED;
  }
  for (uint32_t index = 0; index < tensors; index++) {
    caplet_tensor tensor;
    if (!read_tensor(description, index, &tensor)) return CAPLET_ERROR_DAMAGED;
  }
  return CAPLET_OK;
}

caplet_status caplet_describe(const uint8_t *flash, size_t flash_size, caplet_description *description)
{
  if (flash == NULL || description == NULL) return CAPLET_ERROR_ARGUMENT;
  memset(description, 0, sizeof *description);
  caplet_section section = {CAPLET_SECTION_CUSTOM, flash, (uint32_t)flash_size};
  const bool is_bare = flash_size >= 4 && flash_size <= UINT32_MAX && read_u32(flash) == MAGIC;
  if (!is_bare) {
    const caplet_status status = caplet_find_custom_section(flash, flash_size, "caplet.descriptor", &section);
    if (status != CAPLET_OK) return status;
  }
  const caplet_status status = read_descriptor(section.body, section.size, description);
  if (status != CAPLET_OK) memset(description, 0, sizeof *description);
  return status;
}

static caplet_status describe(const caplet_description *description, uint32_t index, uint32_t count,
                              uint32_t first, caplet_tensor *tensor)
{
  if (description == NULL || description->descriptor == NULL || tensor == NULL) return CAPLET_ERROR_ARGUMENT;
  if (index >= count) return CAPLET_ERROR_INDEX;
  return read_tensor(description, first + index, tensor) ? CAPLET_OK : CAPLET_ERROR_DAMAGED;
}

caplet_status caplet_describe_input(const caplet_description *description, uint32_t index,
                                    caplet_tensor *tensor)
{
  return describe(description, index, description != NULL ? description->inputs : 0, 0, tensor);
}

caplet_status caplet_describe_output(const caplet_description *description, uint32_t index,
                                     caplet_tensor *tensor)
{
  const uint32_t first = description != NULL ? description->inputs : 0;
  return describe(description, index, description != NULL ? description->outputs : 0, first, tensor);
}
