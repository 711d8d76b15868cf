// SPDX-License-Identifier: MIT-0
// binary: sums and products of two 8-bit tensors, and any function of two bytes as a table of 65,536 entries in flash.
//   float: v = f32(f32(A op B) / scale), y = clamp(rne(f32(v + zero point))), A = f32((a - z) * scale), B alike
//   plain, window: y = clamp(P >> shift, rounded), P = a * multiplier + b * multiplier + addend, for products
//   (a - z) * (b - z) * multiplier + addend; proven equal over all pairs by the compiler
//   double: TFLite Micro's two roundings D: y = clamp(D(D_a(a - z) +- D_b(b - z)) + zero point), for products D((a - z) * (b - z))
//   The output is dense; a and b have a step per loop, 0 where they are broadcast. The output may be an input in place.
#include "caplet_kernels_1.h"
#include "read.h"
#include "requantize.h"

#define BINARY_BLOCK 76u
#define LOOPS 5

enum { FORM_PLAIN = 0, FORM_WINDOW = 1, FORM_FLOAT = 3, FORM_TABLE = 5, FORM_DOUBLE = 6 };
enum { SUM = 0, PRODUCT = 1, DIFFERENCE = 2 };

typedef struct binary_layer {
  uint32_t form;
  bool is_unsigned;
  uint32_t operation;
  int32_t a_zero_point;
  int32_t b_zero_point;
  caplet_levels levels;
  uint32_t counts[LOOPS];
  uint32_t a_steps[LOOPS];
  uint32_t b_steps[LOOPS];
  const uint8_t *contents; // as the form has it
} binary_layer;

static bool read_loops(binary_layer *layer, const uint8_t *block, uint64_t *outputs, uint64_t *a_reach, uint64_t *b_reach,
                       uint32_t available)
{
  *outputs = 1;
  *a_reach = 1;
  *b_reach = 1;
  for (uint32_t i = 0; i < LOOPS; i++) {
    layer->counts[i] = caplet_read_u32(block + 16u + 4u * i);
    layer->a_steps[i] = caplet_read_u32(block + 36u + 4u * i);
    layer->b_steps[i] = caplet_read_u32(block + 56u + 4u * i);
    *outputs *= layer->counts[i];
    if (*outputs == 0u || *outputs > available) return false;
    *a_reach += (uint64_t)(layer->counts[i] - 1u) * layer->a_steps[i];
    *b_reach += (uint64_t)(layer->counts[i] - 1u) * layer->b_steps[i];
    if (*a_reach > available || *b_reach > available) return false;
  }
  return true;
}

static bool is_level(int32_t value)
{
  return value >= -128 && value <= 255;
}

static bool read_binary(binary_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments)
{
  const uint32_t parameters = (uint32_t)arguments[CAPLET_PARAMETERS];
  const uint8_t *block = caplet_find_block(context, parameters, BINARY_BLOCK);
  if (block == NULL || block[0] != 5u || block[2] > 1u ||
      block[3] > (block[1] == FORM_DOUBLE ? DIFFERENCE : PRODUCT) || caplet_read_u16(block + 14) != 0u) return false;
  layer->form = block[1];
  layer->is_unsigned = block[2] == 1u;
  layer->operation = block[3];
  layer->a_zero_point = caplet_read_i16(block + 4);
  layer->b_zero_point = caplet_read_i16(block + 6);
  layer->levels.zero_point = caplet_read_i16(block + 8);
  layer->levels.minimum = caplet_read_i16(block + 10);
  layer->levels.maximum = caplet_read_i16(block + 12);
  if (!is_level(layer->a_zero_point) || !is_level(layer->b_zero_point) || !is_level(layer->levels.zero_point) ||
      !is_level(layer->levels.minimum) || !is_level(layer->levels.maximum) ||
      layer->levels.minimum > layer->levels.maximum) {
    return false;
  }
  uint32_t size;
  switch (layer->form) {
    case FORM_PLAIN:
    case FORM_WINDOW:
    case FORM_DOUBLE: size = 36; break;
    case FORM_FLOAT: size = 12; break;
    case FORM_TABLE: size = 65536; break;
    default: return false;
  }
  if (!caplet_fits(parameters, BINARY_BLOCK + size, context->weights_size)) return false;
  layer->contents = block + BINARY_BLOCK;
  if (layer->form <= FORM_WINDOW) {
    const uint32_t shift = caplet_read_u32(layer->contents + 32);
    if (shift == 0u || shift > 62u) return false;
  }
  uint64_t outputs, a_reach, b_reach;
  return read_loops(layer, block, &outputs, &a_reach, &b_reach, context->memory_size) &&
         caplet_fits((uint32_t)arguments[CAPLET_INPUT], a_reach, context->memory_size) &&
         caplet_fits((uint32_t)arguments[CAPLET_SCRATCH], b_reach, context->memory_size) &&
         caplet_fits((uint32_t)arguments[CAPLET_OUTPUT], outputs, context->memory_size);
}

// Constants of the form in registers.
typedef struct pair_constants {
  uint64_t a_multiplier;
  uint64_t b_multiplier;
  uint64_t addend;
  uint64_t window;
  uint32_t shift;
  float a_scale;
  float b_scale;
  float output_scale;
  caplet_scale a;
  caplet_scale b;
  caplet_scale output;
} pair_constants;

static pair_constants read_constants(const binary_layer *layer)
{
  pair_constants of;
  memset(&of, 0, sizeof of);
  const uint8_t *at = layer->contents;
  if (layer->form == FORM_FLOAT) {
    of.a_scale = caplet_load_float(at);
    of.b_scale = caplet_load_float(at + 4);
    of.output_scale = caplet_load_float(at + 8);
  } else if (layer->form <= FORM_WINDOW) {
    memcpy(&of.a_multiplier, at, sizeof of.a_multiplier);
    memcpy(&of.b_multiplier, at + 8, sizeof of.b_multiplier);
    memcpy(&of.addend, at + 16, sizeof of.addend);
    memcpy(&of.window, at + 24, sizeof of.window);
    of.shift = caplet_read_u32(at + 32);
  } else if (layer->form == FORM_DOUBLE) {
    of.a = caplet_read_scale(CAPLET_REQUANTIZE_DOUBLE, at);
    of.b = caplet_read_scale(CAPLET_REQUANTIZE_DOUBLE, at + 12);
    of.output = caplet_read_scale(CAPLET_REQUANTIZE_DOUBLE, at + 24);
  }
  return of;
}

// The zero point comes before rounding.
CAPLET_INLINE int32_t round_pair_float(float combined, float scale, caplet_levels levels)
{
  const float zero_point = (float)levels.zero_point;
  float quotient = combined / scale;
#if CAPLET_ROUNDS_IN_HARDWARE
  return caplet_clamp(caplet_round_float(1, quotient + zero_point, 0.0f, 0.0f), levels.minimum, levels.maximum);
#else
  const float low = (float)levels.minimum - zero_point;
  const float high = (float)levels.maximum - zero_point;
  if (!(quotient > low)) quotient = low;
  if (quotient > high) quotient = high;
  return caplet_round_float(1, quotient + zero_point, (float)levels.minimum, (float)levels.maximum);
#endif
}

CAPLET_INLINE int32_t round_pair(uint64_t sum, bool has_window, const pair_constants *of, caplet_levels levels)
{
  const uint64_t fixed = sum + of->addend;
  uint64_t rounding = 0;
  if (has_window) {
    const uint64_t is_odd = (uint64_t)((int64_t)fixed >> of->shift) & 1u;
    rounding = (is_odd + ((uint64_t)1 << (of->shift - 1u)) - 1u) ^ of->window;
  }
  return caplet_clamp((int32_t)((int64_t)(fixed + rounding) >> of->shift), levels.minimum, levels.maximum);
}

CAPLET_INLINE int32_t round_pair_double(uint32_t operation, const pair_constants *of, int32_t a, int32_t b,
                                        caplet_levels levels)
{
  uint32_t value;
  if (operation == PRODUCT) {
    value = (uint32_t)(a * b);
  } else {
    const uint32_t left = (uint32_t)caplet_round_double(a, of->a);
    const uint32_t right = (uint32_t)caplet_round_double(b, of->b);
    value = operation == SUM ? left + right : left - right;
  }
  const int32_t level = (int32_t)((uint32_t)caplet_round_double((int32_t)value, of->output) + (uint32_t)levels.zero_point);
  return caplet_clamp(level, levels.minimum, levels.maximum);
}

CAPLET_INLINE int32_t combine(uint32_t form, uint32_t operation, const binary_layer *layer, const pair_constants *of, int32_t a,
                              int32_t b)
{
  const caplet_levels levels = layer->levels;
  if (form == FORM_FLOAT) {
    const float left = (float)(a - layer->a_zero_point) * of->a_scale;
    const float right = (float)(b - layer->b_zero_point) * of->b_scale;
    return round_pair_float(operation == PRODUCT ? left * right : left + right, of->output_scale, levels);
  }
  if (form == FORM_DOUBLE) {
    return round_pair_double(operation, of, a - layer->a_zero_point, b - layer->b_zero_point, levels);
  }
  if (operation == PRODUCT) {
    const int32_t product = (a - layer->a_zero_point) * (b - layer->b_zero_point);
    return round_pair((uint64_t)(int64_t)product * of->a_multiplier, form == FORM_WINDOW, of, levels);
  }
  const uint64_t sum = (uint64_t)(int64_t)a * of->a_multiplier + (uint64_t)(int64_t)b * of->b_multiplier;
  return round_pair(sum, form == FORM_WINDOW, of, levels);
}

// The innermost loop.
CAPLET_INLINE void combine_line(uint32_t form, uint32_t operation, const binary_layer *given, const pair_constants *constants,
                                const uint8_t *a, const uint8_t *b, uint8_t *output)
{
  // Copies: stores of bytes might otherwise be taken to change them.
  const binary_layer layer = *given;
  const pair_constants of = *constants;
  const uint32_t a_step = layer.a_steps[LOOPS - 1];
  const uint32_t b_step = layer.b_steps[LOOPS - 1];
  const uint8_t *end = output + layer.counts[LOOPS - 1];
  do {
    const int32_t left = layer.is_unsigned ? (int32_t)*a : (int32_t)(int8_t)*a;
    const int32_t right = layer.is_unsigned ? (int32_t)*b : (int32_t)(int8_t)*b;
    *output++ = (uint8_t)combine(form, operation, &layer, &of, left, right);
    a += a_step;
    b += b_step;
  } while (output != end);
}

static void look_up_line(const binary_layer *layer, const uint8_t *a, const uint8_t *b, uint8_t *output)
{
  for (uint32_t i = 0; i < layer->counts[LOOPS - 1]; i++) {
    output[i] = layer->contents[(uint32_t)*a << 8 | *b];
    a += layer->a_steps[LOOPS - 1];
    b += layer->b_steps[LOOPS - 1];
  }
}

#define CHOOSE_OPERATION(form)                                                              \
  if (layer->operation == PRODUCT) combine_line(form, PRODUCT, layer, of, a, b, output); \
  else combine_line(form, SUM, layer, of, a, b, output)

static void line(const binary_layer *layer, const pair_constants *of, const uint8_t *a, const uint8_t *b, uint8_t *output)
{
  switch (layer->form) {
    case FORM_PLAIN: CHOOSE_OPERATION(FORM_PLAIN); break;
    case FORM_WINDOW: CHOOSE_OPERATION(FORM_WINDOW); break;
    case FORM_FLOAT: CHOOSE_OPERATION(FORM_FLOAT); break;
    case FORM_DOUBLE:
      if (layer->operation == DIFFERENCE) combine_line(FORM_DOUBLE, DIFFERENCE, layer, of, a, b, output);
      else CHOOSE_OPERATION(FORM_DOUBLE);
      break;
    default: look_up_line(layer, a, b, output); break;
  }
}

bool caplet_binary(const caplet_kernel_context *context, const uint64_t *arguments)
{
  binary_layer layer;
  if (!read_binary(&layer, context, arguments)) return false;
  const pair_constants constants = read_constants(&layer);
  const uint8_t *a = context->memory + (uint32_t)arguments[CAPLET_INPUT];
  const uint8_t *b = context->memory + (uint32_t)arguments[CAPLET_SCRATCH];
  uint8_t *output = context->memory + (uint32_t)arguments[CAPLET_OUTPUT];
  // The four outer loops count like an odometer.
  uint32_t turns[LOOPS - 1] = {0};
  for (;;) {
    line(&layer, &constants, a, b, output);
    output += layer.counts[LOOPS - 1];
    int32_t level = LOOPS - 2;
    for (; level >= 0; level--) {
      if (++turns[level] < layer.counts[level]) {
        a += layer.a_steps[level];
        b += layer.b_steps[level];
        break;
      }
      a -= (layer.counts[level] - 1u) * layer.a_steps[level];
      b -= (layer.counts[level] - 1u) * layer.b_steps[level];
      turns[level] = 0;
    }
    if (level < 0) return true;
  }
}
