// SPDX-License-Identifier: MIT-0
// One loop per requantizer and kind of range, so that nothing is decided per output.
#include "finish.h"

#include "requantize.h"

// The outputs' range. `is_whole`: of int8 or, with `flip`, of uint8, which is int8 with its top bit flipped.
typedef struct range {
  int32_t zero_point;
  int32_t minimum;
  int32_t maximum;
  uint32_t flip;
} range;

static bool is_whole(const caplet_layer *layer)
{
  const int32_t minimum = layer->levels.minimum;
  return layer->levels.maximum - minimum == 255 && (minimum == 0 || minimum == -128);
}

CAPLET_INLINE range range_of(const caplet_layer *layer, bool whole)
{
  const int32_t shift = whole && layer->levels.minimum == 0 ? 128 : 0;
  const range result = {layer->levels.zero_point - shift, layer->levels.minimum - shift,
                        layer->levels.maximum - shift, shift == 0 ? 0u : 0x80u};
  return result;
}

CAPLET_INLINE uint8_t output_of(caplet_requantizer form, bool whole, int32_t sum, caplet_scale scale, range to)
{
  // Modulo 2^32; the compiler has proven that sums stay below 2^31.
  const int32_t accumulator = (int32_t)(scale.bias + (uint32_t)sum);
  const float low = (float)(to.minimum - to.zero_point);
  const float high = (float)(to.maximum - to.zero_point);
  const int32_t level = caplet_add_saturated(caplet_round(form, accumulator, scale, low, high), to.zero_point);
  if (whole) return (uint8_t)((uint32_t)caplet_clamp_to_byte(level) ^ to.flip);
  return (uint8_t)caplet_clamp(level, to.minimum, to.maximum);
}

CAPLET_INLINE void finish_blocks(caplet_requantizer form, bool whole, const caplet_layer *layer,
                                 const caplet_block_sums *work)
{
  const range to = range_of(layer, whole);
  const uint32_t record_size = layer->record_size;
  const uint32_t pixels = work->pixels;
  const int32_t *sums = work->sums;
  const int32_t *end = sums + pixels * work->channels;
  const uint8_t *record = work->block;
  uint8_t *first = work->outputs[0];
  uint8_t *second = work->outputs[1];
  do {
    const int32_t *block_end = end - sums > (ptrdiff_t)(4u * pixels) ? sums + 4u * pixels : end;
    do {
      const caplet_scale scale = caplet_read_scale(form, record);
      const uint8_t a = output_of(form, whole, sums[0], scale, to);
      const uint8_t b = output_of(form, whole, sums[pixels - 1u], scale, to);
      *second++ = b;
      *first++ = a;
      record += record_size;
      sums += pixels;
    } while (sums != block_end);
    record += work->weights_size;
  } while (sums != end);
}

CAPLET_INLINE void finish_line(caplet_requantizer form, bool whole, const caplet_layer *layer, const uint32_t *sums,
                               const uint8_t *record, uint32_t pixels, uint8_t *output, uint32_t stride)
{
  const range to = range_of(layer, whole);
  const caplet_scale scale = caplet_read_scale(form, record);
  const uint32_t *end = sums + pixels;
  do {
    *output = output_of(form, whole, (int32_t)*sums++, scale, to);
    output += stride;
  } while (sums != end);
}

// float32(accumulator) * multiplier, then + bias: two roundings, never a fused multiply-add.
static void store_result(int32_t sum, const uint8_t *record, uint8_t *output)
{
  const int32_t accumulator = (int32_t)(caplet_load_word(record) + (uint32_t)sum);
  float result = (float)accumulator * caplet_load_float(record + 4);
  result += caplet_load_float(record + 8);
  memcpy(output, &result, sizeof result);
}

// Every form, and either kind of range: `loop` with constants.
#define DISPATCH(loop, ...)                                                                            \
  switch (layer->requantizer) {                                                                        \
    case CAPLET_REQUANTIZE_PLAIN: CHOOSE_RANGE(loop, CAPLET_REQUANTIZE_PLAIN, __VA_ARGS__); break;     \
    case CAPLET_REQUANTIZE_WINDOW: CHOOSE_RANGE(loop, CAPLET_REQUANTIZE_WINDOW, __VA_ARGS__); break;   \
    case CAPLET_REQUANTIZE_FULL: CHOOSE_RANGE(loop, CAPLET_REQUANTIZE_FULL, __VA_ARGS__); break;       \
    case CAPLET_REQUANTIZE_FLOAT: CHOOSE_RANGE(loop, CAPLET_REQUANTIZE_FLOAT, __VA_ARGS__); break;     \
    case CAPLET_REQUANTIZE_DOUBLE: CHOOSE_RANGE(loop, CAPLET_REQUANTIZE_DOUBLE, __VA_ARGS__); break; \
    case CAPLET_QUOTIENT:                                                                              \
    case CAPLET_RESULT_FLOAT: break;                                                                   \
  }

#define CHOOSE_RANGE(loop, form, ...)               \
  if (is_whole(layer)) loop(form, true, __VA_ARGS__); \
  else loop(form, false, __VA_ARGS__)

static void store_results(const caplet_layer *layer, const caplet_block_sums *work)
{
  const int32_t *sums = work->sums;
  const uint8_t *record = work->block;
  for (uint32_t channel = 0; channel < work->channels; channel++) {
    store_result(sums[work->pixels - 1u], record, work->outputs[1] + 4u * channel);
    store_result(sums[0], record, work->outputs[0] + 4u * channel);
    record += layer->record_size + (channel % 4u == 3u ? work->weights_size : 0u);
    sums += work->pixels;
  }
}

void caplet_finish_blocks(const caplet_layer *layer, const caplet_block_sums *work)
{
  DISPATCH(finish_blocks, layer, work)
  if (layer->requantizer == CAPLET_RESULT_FLOAT) store_results(layer, work);
}

void caplet_finish_line(const caplet_layer *layer, const uint32_t *sums, const uint8_t *record, uint32_t pixels,
                        uint8_t *output, uint32_t stride)
{
  DISPATCH(finish_line, layer, sums, record, pixels, output, stride)
}

void caplet_correct(const caplet_layer *layer, const caplet_block_sums *work, const uint32_t *totals)
{
  int32_t *sums = work->sums;
  const uint8_t *record = work->block;
  for (uint32_t channel = 0; channel < work->channels; channel++) {
    const uint32_t correction = caplet_load_word(record + layer->record_size - 4u);
    for (uint32_t pixel = 0; pixel < work->pixels; pixel++) {
      *sums = (int32_t)((uint32_t)*sums - correction * totals[pixel]);
      sums++;
    }
    record += layer->record_size + (channel % 4u == 3u ? work->weights_size : 0u);
  }
}
