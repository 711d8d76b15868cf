// SPDX-License-Identifier: MIT-0
// matrix_product: output[m][n] = requantize(bias[n] + sum over k of (a[m][k] - za) * (b[k][n] - zb[n])), per batch.
//   Both operands lie in memory with steps along each axis; a column of b meets four rows of a at a time:
//   sum of (a - za) * b' = sum of a * b' - za * sum of b',  with b' = b - zb, modulo 2^32.
#include "caplet_kernels_1.h"
#include "finish.h"
#include "read.h"

#define MATRIX_BLOCK 80u
#define BATCH_LOOPS 3u
// Rows whose sums are requantized together.
#define LINE_ROWS 32u
#define INLINE static inline __attribute__((always_inline))

typedef struct matrix_layer {
  caplet_layer result; // requantizer and levels
  bool is_a_unsigned;
  bool is_b_unsigned;
  int32_t a_zero;
  uint32_t counts[BATCH_LOOPS];
  uint32_t a_steps[BATCH_LOOPS];
  uint32_t b_steps[BATCH_LOOPS];
  uint32_t rows, depth, columns;
  uint32_t a_m_step, a_k_step, b_k_step, b_n_step;
  uint32_t record_step; // 0: one for all columns
  const uint8_t *records;
} matrix_layer;

INLINE uint32_t element_of(const uint8_t *at, bool is_unsigned)
{
  return is_unsigned ? *at : (uint32_t)(int32_t)(int8_t)*at;
}

// Up to `rows` (1 or 4, a constant) rows of a times a column of b.
INLINE void sum_rows(const matrix_layer *layer, bool is_unsigned, uint32_t rows, const uint8_t *a, const uint8_t *b,
                     uint32_t zero, uint32_t *sums)
{
  const uint32_t flip = layer->is_b_unsigned ? 0u : 0x80u;
  const uint32_t shift = zero + flip; // a signed byte with its top bit flipped is 128 more
  const uint32_t step = layer->a_m_step, a_k_step = layer->a_k_step, b_k_step = layer->b_k_step;
  uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0, total = 0;
  for (uint32_t k = layer->depth; k != 0u; k--) {
    const uint32_t value = (*b ^ flip) - shift;
    total += value;
    s0 += element_of(a, is_unsigned) * value;
    if (rows > 1u) {
      s1 += element_of(a + step, is_unsigned) * value;
      s2 += element_of(a + 2u * step, is_unsigned) * value;
      s3 += element_of(a + 3u * step, is_unsigned) * value;
    }
    a += a_k_step;
    b += b_k_step;
  }
  const uint32_t correction = (uint32_t)layer->a_zero * total;
  sums[0] = s0 - correction;
  if (rows > 1u) {
    sums[1] = s1 - correction;
    sums[2] = s2 - correction;
    sums[3] = s3 - correction;
  }
}

// A function for each, so that each has the registers to itself.
#define SUM_ROWS(name, is_unsigned, rows)                                                                              \
  static __attribute__((noinline)) void name(const matrix_layer *layer, const uint8_t *a, const uint8_t *b, uint32_t zero, \
                                             uint32_t *sums)                                                           \
  {                                                                                                                    \
    sum_rows(layer, is_unsigned, rows, a, b, zero, sums);                                                              \
  }
SUM_ROWS(sum_signed_rows, false, 4)
SUM_ROWS(sum_unsigned_rows, true, 4)
SUM_ROWS(sum_signed_row, false, 1)
SUM_ROWS(sum_unsigned_row, true, 1)

static void sum_line(const matrix_layer *layer, const uint8_t *a, const uint8_t *b, uint32_t zero, uint32_t rows,
                     uint32_t *sums)
{
  uint32_t row = 0;
  for (; rows - row >= 4u; row += 4u) {
    if (layer->is_a_unsigned) sum_unsigned_rows(layer, a, b, zero, sums + row);
    else sum_signed_rows(layer, a, b, zero, sums + row);
    a += 4u * layer->a_m_step;
  }
  for (; row < rows; row++) {
    if (layer->is_a_unsigned) sum_unsigned_row(layer, a, b, zero, sums + row);
    else sum_signed_row(layer, a, b, zero, sums + row);
    a += layer->a_m_step;
  }
}

static void multiply(const matrix_layer *layer, const uint8_t *a, const uint8_t *b, uint8_t *output)
{
  uint32_t sums[LINE_ROWS];
  for (uint32_t row = 0; row < layer->rows; row += LINE_ROWS) {
    const uint32_t rows = caplet_least(layer->rows - row, LINE_ROWS);
    const uint8_t *record = layer->records;
    const uint8_t *column = b;
    for (uint32_t n = 0; n < layer->columns; n++) {
      const uint32_t zero = caplet_read_u32(record + layer->result.record_size);
      sum_line(layer, a + row * layer->a_m_step, column, zero, rows, sums);
      caplet_finish_line(&layer->result, sums, record, rows, output + row * layer->columns + n, layer->columns);
      record += layer->record_step;
      column += layer->b_n_step;
    }
  }
}

static bool is_level(int32_t value)
{
  return value >= -128 && value <= 255;
}

static bool read_head(matrix_layer *layer, const uint8_t *block)
{
  static const uint8_t record_sizes[] = {12, 16, 12, 8};
  const uint32_t requantizer = block[1];
  if (block[0] != 9u || requantizer > 3u || block[2] > 3u || block[3] != 0u) return false;
  layer->result.requantizer = (caplet_requantizer)requantizer;
  layer->result.record_size = record_sizes[requantizer];
  layer->is_a_unsigned = (block[2] & 1u) != 0u;
  layer->is_b_unsigned = (block[2] & 2u) != 0u;
  layer->a_zero = caplet_read_i16(block + 4);
  layer->result.levels.zero_point = caplet_read_i16(block + 6);
  layer->result.levels.minimum = caplet_read_i16(block + 8);
  layer->result.levels.maximum = caplet_read_i16(block + 10);
  return is_level(layer->a_zero) && is_level(layer->result.levels.zero_point) &&
         is_level(layer->result.levels.minimum) && is_level(layer->result.levels.maximum) &&
         layer->result.levels.minimum <= layer->result.levels.maximum;
}

static bool read_sizes(matrix_layer *layer, const uint8_t *block)
{
  uint32_t *const fields[] = {&layer->rows,     &layer->depth,    &layer->columns, &layer->a_m_step,
                              &layer->a_k_step, &layer->b_k_step, &layer->b_n_step};
  for (uint32_t i = 0; i < BATCH_LOOPS; i++) {
    layer->counts[i] = caplet_read_u32(block + 12 + 4u * i);
    layer->a_steps[i] = caplet_read_u32(block + 24 + 4u * i);
    layer->b_steps[i] = caplet_read_u32(block + 36 + 4u * i);
  }
  for (uint32_t i = 0; i < sizeof fields / sizeof fields[0]; i++) *fields[i] = caplet_read_u32(block + 48 + 4u * i);
  const uint32_t records = caplet_read_u32(block + 76);
  layer->record_step = records == 1u ? 0u : layer->result.record_size + 4u;
  return records == 1u || records == layer->columns;
}

// Bytes from the first to the last element along `count` steps more; false beyond `available`.
static bool reach(uint64_t *bytes, uint32_t count, uint32_t step, uint32_t available)
{
  if (count == 0u) return false;
  *bytes += (uint64_t)(count - 1u) * step;
  return *bytes <= available;
}

static bool check_ranges(const matrix_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments)
{
  const uint32_t available = context->memory_size;
  uint64_t a = 1, b = 1, outputs = 1;
  const uint32_t sizes[] = {layer->counts[0], layer->counts[1], layer->counts[2], layer->rows, layer->columns};
  for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    outputs *= sizes[i];
    if (outputs == 0u || outputs > available) return false;
  }
  for (uint32_t i = 0; i < BATCH_LOOPS; i++) {
    if (!reach(&a, layer->counts[i], layer->a_steps[i], available)) return false;
    if (!reach(&b, layer->counts[i], layer->b_steps[i], available)) return false;
  }
  return layer->depth <= available && reach(&a, layer->rows, layer->a_m_step, available) &&
         reach(&a, layer->depth, layer->a_k_step, available) && reach(&b, layer->depth, layer->b_k_step, available) &&
         reach(&b, layer->columns, layer->b_n_step, available) &&
         caplet_fits((uint32_t)arguments[CAPLET_INPUT], a, available) &&
         caplet_fits((uint32_t)arguments[CAPLET_SCRATCH], b, available) &&
         caplet_fits((uint32_t)arguments[CAPLET_OUTPUT], outputs, available);
}

bool caplet_matrix_product(const caplet_kernel_context *context, const uint64_t *arguments)
{
  matrix_layer layer;
  const uint32_t parameters = (uint32_t)arguments[CAPLET_PARAMETERS];
  const uint8_t *block = caplet_find_block(context, parameters, MATRIX_BLOCK);
  if (block == NULL || !read_head(&layer, block) || !read_sizes(&layer, block)) return false;
  const uint64_t records = layer.record_step == 0u ? 1u : layer.columns;
  if (!caplet_fits(parameters, MATRIX_BLOCK + records * (layer.result.record_size + 4u), context->weights_size) ||
      !check_ranges(&layer, context, arguments)) {
    return false;
  }
  layer.records = block + MATRIX_BLOCK;
  uint8_t *output = context->memory + (uint32_t)arguments[CAPLET_OUTPUT];
  const uint8_t *a = context->memory + (uint32_t)arguments[CAPLET_INPUT];
  const uint8_t *b = context->memory + (uint32_t)arguments[CAPLET_SCRATCH];
  for (uint32_t i = 0; i < layer.counts[0]; i++) {
    for (uint32_t j = 0; j < layer.counts[1]; j++) {
      for (uint32_t k = 0; k < layer.counts[2]; k++) {
        multiply(&layer, a + i * layer.a_steps[0] + j * layer.a_steps[1] + k * layer.a_steps[2],
                 b + i * layer.b_steps[0] + j * layer.b_steps[1] + k * layer.b_steps[2], output);
        output += layer.rows * layer.columns;
      }
    }
  }
  return true;
}
