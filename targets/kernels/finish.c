// SPDX-License-Identifier: MIT-0
// One loop per requantizer, so that nothing is decided per output.
#include "finish.h"

#include "requantize.h"

#define INLINE static inline __attribute__((always_inline))

typedef int32_t rounding(int32_t accumulator, const uint8_t *record, caplet_levels levels);

INLINE int32_t float_signed(int32_t accumulator, const uint8_t *record, caplet_levels levels)
{
  return caplet_requantize_float_signed(accumulator, caplet_load_float(record + 4), levels);
}

INLINE int32_t float_unsigned(int32_t accumulator, const uint8_t *record, caplet_levels levels)
{
  return caplet_requantize_float_unsigned(accumulator, caplet_load_float(record + 4), levels);
}

INLINE int32_t float_clamped(int32_t accumulator, const uint8_t *record, caplet_levels levels)
{
  return caplet_requantize_float(accumulator, caplet_load_float(record + 4), levels);
}

// Modulo 2^32; the compiler has proven that sums stay below 2^31.
INLINE int32_t accumulate(const uint8_t *record, int32_t sum)
{
  return (int32_t)(caplet_load_word(record) + (uint32_t)sum);
}

INLINE void finish_pairs(const caplet_layer *layer, const int32_t *sums, const uint8_t *record, uint32_t channels,
                         uint8_t *first, uint8_t *second, rounding *round)
{
  const caplet_levels levels = layer->levels;
  const uint32_t record_size = layer->record_size;
  const int32_t *end = sums + 2u * channels;
  do {
    const int32_t a = round(accumulate(record, sums[0]), record, levels);
    const int32_t b = round(accumulate(record, sums[1]), record, levels);
    *second++ = (uint8_t)b;
    *first++ = (uint8_t)a;
    record += record_size;
    sums += 2;
  } while (sums != end);
}

INLINE void finish_line(const caplet_layer *layer, const uint32_t *sums, const uint8_t *record, uint32_t pixels,
                        uint8_t *output, uint32_t stride, rounding *round)
{
  const caplet_levels levels = layer->levels;
  const uint32_t *end = sums + pixels;
  do {
    *output = (uint8_t)round(accumulate(record, (int32_t)*sums++), record, levels);
    output += stride;
  } while (sums != end);
}

INLINE void finish_row(const caplet_layer *layer, const int32_t *sums, const uint8_t *record, uint32_t channels,
                       uint8_t *output, rounding *round)
{
  const caplet_levels levels = layer->levels;
  for (uint32_t channel = 0; channel < channels; channel++) {
    *output++ = (uint8_t)round(accumulate(record, sums[channel]), record, levels);
    record += layer->record_size;
  }
}

// float32(accumulator) * multiplier, then + bias: two roundings, never a fused multiply-add.
static void store_result(int32_t accumulator, const uint8_t *record, uint8_t *output)
{
  float result = (float)accumulator * caplet_load_float(record + 4);
  result += caplet_load_float(record + 8);
  memcpy(output, &result, sizeof result);
}

static bool is_whole_range(const caplet_layer *layer, int32_t minimum, int32_t maximum)
{
  return layer->levels.minimum == minimum && layer->levels.maximum == maximum;
}

void caplet_finish_pairs(const caplet_layer *layer, const int32_t *sums, const uint8_t *records, uint32_t channels,
                         uint8_t *first, uint8_t *second)
{
  switch (layer->requantizer) {
    case CAPLET_REQUANTIZE_FLOAT:
      if (is_whole_range(layer, -128, 127)) finish_pairs(layer, sums, records, channels, first, second, float_signed);
      else if (is_whole_range(layer, 0, 255)) finish_pairs(layer, sums, records, channels, first, second, float_unsigned);
      else finish_pairs(layer, sums, records, channels, first, second, float_clamped);
      break;
    case CAPLET_REQUANTIZE_PLAIN:
      finish_pairs(layer, sums, records, channels, first, second, caplet_requantize_plain);
      break;
    case CAPLET_REQUANTIZE_WINDOW:
      finish_pairs(layer, sums, records, channels, first, second, caplet_requantize_window);
      break;
    case CAPLET_REQUANTIZE_FULL:
      finish_pairs(layer, sums, records, channels, first, second, caplet_requantize_full);
      break;
    case CAPLET_RESULT_FLOAT:
      for (uint32_t channel = 0; channel < channels; channel++) {
        const uint8_t *record = records + channel * layer->record_size;
        store_result(accumulate(record, sums[2u * channel + 1u]), record, second + 4u * channel);
        store_result(accumulate(record, sums[2u * channel]), record, first + 4u * channel);
      }
      break;
  }
}

void caplet_finish_row(const caplet_layer *layer, const int32_t *sums, const uint8_t *records, uint32_t channels,
                       uint8_t *output)
{
  switch (layer->requantizer) {
    case CAPLET_REQUANTIZE_FLOAT:
      finish_row(layer, sums, records, channels, output, float_clamped);
      break;
    case CAPLET_REQUANTIZE_PLAIN:
      finish_row(layer, sums, records, channels, output, caplet_requantize_plain);
      break;
    case CAPLET_REQUANTIZE_WINDOW:
      finish_row(layer, sums, records, channels, output, caplet_requantize_window);
      break;
    case CAPLET_REQUANTIZE_FULL:
      finish_row(layer, sums, records, channels, output, caplet_requantize_full);
      break;
    case CAPLET_RESULT_FLOAT:
      for (uint32_t channel = 0; channel < channels; channel++) {
        const uint8_t *record = records + channel * layer->record_size;
        store_result(accumulate(record, sums[channel]), record, output + 4u * channel);
      }
      break;
  }
}

void caplet_finish_line(const caplet_layer *layer, const uint32_t *sums, const uint8_t *record, uint32_t pixels,
                        uint8_t *output, uint32_t stride)
{
  switch (layer->requantizer) {
    case CAPLET_REQUANTIZE_FLOAT:
      if (is_whole_range(layer, -128, 127)) finish_line(layer, sums, record, pixels, output, stride, float_signed);
      else if (is_whole_range(layer, 0, 255)) finish_line(layer, sums, record, pixels, output, stride, float_unsigned);
      else finish_line(layer, sums, record, pixels, output, stride, float_clamped);
      break;
    case CAPLET_REQUANTIZE_PLAIN:
      finish_line(layer, sums, record, pixels, output, stride, caplet_requantize_plain);
      break;
    case CAPLET_REQUANTIZE_WINDOW:
      finish_line(layer, sums, record, pixels, output, stride, caplet_requantize_window);
      break;
    case CAPLET_REQUANTIZE_FULL:
      finish_line(layer, sums, record, pixels, output, stride, caplet_requantize_full);
      break;
    case CAPLET_RESULT_FLOAT:
      break; // refused by caplet_read_depthwise
  }
}

void caplet_correct(const caplet_layer *layer, int32_t *sums, const uint8_t *records, uint32_t channels,
                    const uint32_t *totals, uint32_t pixels)
{
  for (uint32_t channel = 0; channel < channels; channel++) {
    const uint32_t correction = caplet_load_word(records + (channel + 1u) * layer->record_size - 4u);
    for (uint32_t pixel = 0; pixel < pixels; pixel++) {
      *sums = (int32_t)((uint32_t)*sums - correction * totals[pixel]);
      sums++;
    }
  }
}
