// SPDX-License-Identifier: MIT-0
// Between reals and quanta in float32, operation by operation as the contract's reference computes them:
//   quantize    q = clamp(round_half_even(float32(value / scale)) + zero_point)
//   dequantize  v = float32((q - zero_point) * scale)
// A true division, never a reciprocal. Adding 1.5 * 2^23 to a float of at most 2^22 rounds it half to even
// and leaves the integer in the low bits; no libm. This needs each operation rounded to float32, and only
// once.
#include "caplet_engine.h"

#include <float.h>
#include <string.h>

#if defined(__FAST_MATH__)
#error "caplet needs exact float operations: build without -ffast-math"
#endif
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error "caplet needs float operations in float32 (on 32-bit x86: -msse2 -mfpmath=sse)"
#endif

#define ROUNDING 12582912.0f // 1.5 * 2^23
#define ROUNDING_BITS 0x4B400000

typedef struct range {
  int32_t min;
  int32_t max;
} range;

// Quanta of 8 and 16 bits: no other type is quantized.
static range range_of(caplet_type type)
{
  switch (type) {
    case CAPLET_INT8: return (range){INT8_MIN, INT8_MAX};
    case CAPLET_UINT8: return (range){0, UINT8_MAX};
    case CAPLET_INT16: return (range){INT16_MIN, INT16_MAX};
    case CAPLET_UINT16: return (range){0, UINT16_MAX};
    default: return (range){0, 0};
  }
}

int32_t caplet_quantize(const caplet_tensor *tensor, float value)
{
  if (tensor == NULL || !tensor->is_quantized) return 0;
  const range quanta = range_of(tensor->type);
  const float quotient = value / tensor->scale;
  if (quotient != quotient) return 0;
  // The limits are integers of at most 2^17, so that clamping before rounding equals clamping after it.
  const float low = (float)(quanta.min - tensor->zero_point);
  const float high = (float)(quanta.max - tensor->zero_point);
  float bounded = quotient < low ? low : quotient;
  bounded = bounded > high ? high : bounded;
  const float sum = bounded + ROUNDING;
  int32_t bits = 0;
  memcpy(&bits, &sum, sizeof bits);
  return bits - ROUNDING_BITS + tensor->zero_point;
}

float caplet_dequantize(const caplet_tensor *tensor, int32_t quantum)
{
  if (tensor == NULL || !tensor->is_quantized) return 0.0f;
  // A quantum far outside of the tensor's type may wrap, as every int32 subtraction of the contract does.
  const uint32_t difference = (uint32_t)quantum - (uint32_t)tensor->zero_point;
  int32_t distance = 0;
  memcpy(&distance, &difference, sizeof distance);
  return (float)distance * tensor->scale;
}

static void write_quantum(const caplet_tensor *tensor, uint8_t *memory, size_t index, int32_t quantum)
{
  const uint16_t wide = (uint16_t)quantum;
  if (tensor->bytes == tensor->elements) memory[index] = (uint8_t)quantum;
  else memcpy(memory + 2 * index, &wide, sizeof wide);
}

static int32_t read_quantum(const caplet_tensor *tensor, const uint8_t *memory, size_t index)
{
  uint16_t wide = memory[index];
  if (tensor->bytes != tensor->elements) memcpy(&wide, memory + 2 * index, sizeof wide);
  // Of a signed type, values above its maximum are negative.
  const range quanta = range_of(tensor->type);
  const int32_t quantum = (int32_t)wide;
  return quantum > quanta.max ? quantum - 2 * (quanta.max + 1) : quantum;
}

// CAPLET_OK where `count` floats stand for the tensor.
static caplet_status check_floats(const caplet_tensor *tensor, const float *values, size_t count)
{
  if (values == NULL || count != tensor->elements) return CAPLET_ERROR_ARGUMENT;
  return tensor->is_quantized || tensor->type == CAPLET_FLOAT32 ? CAPLET_OK : CAPLET_ERROR_TYPE;
}

caplet_status caplet_write_floats(caplet_capsule *capsule, uint32_t input, const float *values, size_t count)
{
  caplet_tensor tensor;
  if (capsule == NULL) return CAPLET_ERROR_ARGUMENT;
  caplet_status status = caplet_describe_input(&capsule->description, input, &tensor);
  if (status == CAPLET_OK) status = check_floats(&tensor, values, count);
  if (status != CAPLET_OK) return status;
  uint8_t *const memory = capsule->memory + tensor.offset;
  if (!tensor.is_quantized) {
    memcpy(memory, values, tensor.bytes);
    return CAPLET_OK;
  }
  for (size_t index = 0; index < count; index++) {
    write_quantum(&tensor, memory, index, caplet_quantize(&tensor, values[index]));
  }
  return CAPLET_OK;
}

caplet_status caplet_read_floats(const caplet_capsule *capsule, uint32_t output, float *values, size_t count)
{
  caplet_tensor tensor;
  if (capsule == NULL) return CAPLET_ERROR_ARGUMENT;
  caplet_status status = caplet_describe_output(&capsule->description, output, &tensor);
  if (status == CAPLET_OK) status = check_floats(&tensor, values, count);
  if (status != CAPLET_OK) return status;
  const uint8_t *const memory = capsule->memory + tensor.offset;
  if (!tensor.is_quantized) {
    memcpy(values, memory, tensor.bytes);
    return CAPLET_OK;
  }
  for (size_t index = 0; index < count; index++) {
    values[index] = caplet_dequantize(&tensor, read_quantum(&tensor, memory, index));
  }
  return CAPLET_OK;
}
