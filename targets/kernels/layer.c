// SPDX-License-Identifier: MIT-0
// Reads parameter blocks and checks everything that docs/kernels.md demands of them, in an order in which no product
// overflows 64 bits. assembly/twin/block.ts makes the same checks.
#include "layer.h"

#include "read.h"

#define WINDOW_BLOCK 48u
#define ROW_BLOCK 20u
#define FARTHEST (1u << 20)
#define POOL 4

static bool is_level(int32_t value)
{
  return value >= -128 && value <= 255;
}

static bool is_near(uint32_t count, uint32_t step)
{
  return (uint64_t)(count - 1u) * step < FARTHEST;
}

static caplet_plane read_plane(const uint8_t *at)
{
  caplet_plane plane = {caplet_read_u16(at), caplet_read_u16(at + 2)};
  return plane;
}

static bool read_head(caplet_layer *layer, const uint8_t *block, uint8_t kernel)
{
  static const uint8_t record_sizes[] = {12, 16, 12, 8, 12, 12, 0};
  if (block[0] != kernel || block[1] > (kernel == POOL ? CAPLET_QUOTIENT : CAPLET_REQUANTIZE_DOUBLE) || block[2] > 1u || block[3] > 3u) return false;
  layer->requantizer = (caplet_requantizer)block[1];
  layer->is_unsigned = block[2] == 1u;
  layer->is_corrected = (block[3] & 1u) != 0u;
  layer->is_wide = (block[3] & 2u) != 0u;
  layer->input_zero_point = caplet_read_i16(block + 4);
  layer->levels.zero_point = caplet_read_i16(block + 6);
  layer->levels.minimum = caplet_read_i16(block + 8);
  layer->levels.maximum = caplet_read_i16(block + 10);
  layer->record_size = record_sizes[block[1]] + (layer->is_corrected ? 4u : 0u);
  layer->output_width = layer->requantizer == CAPLET_RESULT_FLOAT ? 4u : 1u;
  return is_level(layer->input_zero_point) && is_level(layer->levels.zero_point) && is_level(layer->levels.minimum) &&
         is_level(layer->levels.maximum) && layer->levels.minimum <= layer->levels.maximum;
}

static bool read_sizes(caplet_layer *layer, const uint8_t *block)
{
  for (uint32_t field = 12; field < 40u; field += 2u) {
    if (caplet_read_u16(block + field) == 0u) return false;
  }
  layer->batch = caplet_read_u16(block + 12);
  layer->groups = caplet_read_u16(block + 14);
  layer->in_channels = caplet_read_u16(block + 16);
  layer->out_channels = caplet_read_u16(block + 18);
  layer->input_size = read_plane(block + 20);
  layer->output_size = read_plane(block + 24);
  layer->window = read_plane(block + 28);
  layer->stride = read_plane(block + 32);
  layer->dilation = read_plane(block + 36);
  layer->pad = read_plane(block + 40);
  return layer->in_channels % layer->groups == 0u && layer->out_channels % layer->groups == 0u &&
         is_near(layer->output_size.height, layer->stride.height) &&
         is_near(layer->output_size.width, layer->stride.width) &&
         is_near(layer->window.height, layer->dilation.height) &&
         is_near(layer->window.width, layer->dilation.width);
}

// Places input, output and scratch, each within linear memory.
static bool place(caplet_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments, uint64_t inputs,
                  uint64_t outputs, uint64_t scratch)
{
  if (outputs > context->memory_size) return false;
  if (!caplet_fits((uint32_t)arguments[CAPLET_INPUT], inputs, context->memory_size)) return false;
  if (!caplet_fits((uint32_t)arguments[CAPLET_OUTPUT], outputs * layer->output_width, context->memory_size)) return false;
  layer->input = context->memory + (uint32_t)arguments[CAPLET_INPUT];
  layer->output = context->memory + (uint32_t)arguments[CAPLET_OUTPUT];
  layer->scratch = context->memory;
  if (scratch == 0u) return true;
  if ((uint32_t)arguments[CAPLET_SCRATCH] % 4u != 0u) return false;
  if (!caplet_fits((uint32_t)arguments[CAPLET_SCRATCH], scratch, context->memory_size)) return false;
  layer->scratch = context->memory + (uint32_t)arguments[CAPLET_SCRATCH];
  return (uintptr_t)layer->scratch % 4u == 0u;
}

static bool place_planes(caplet_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments,
                         uint64_t scratch)
{
  const uint64_t inputs =
    (uint64_t)layer->batch * layer->input_size.height * layer->input_size.width * layer->in_channels;
  const uint64_t outputs =
    (uint64_t)layer->batch * layer->output_size.height * layer->output_size.width * layer->out_channels;
  return place(layer, context, arguments, inputs, outputs, scratch);
}

static bool place_contents(caplet_layer *layer, const caplet_kernel_context *context, const uint8_t *block,
                           uint32_t block_size, uint64_t size)
{
  layer->contents = block + block_size;
  return caplet_fits((uint32_t)(block - context->weights), block_size + size, context->weights_size);
}

bool caplet_read_convolution(caplet_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments)
{
  const uint8_t *block = caplet_find_block(context, (uint32_t)arguments[CAPLET_PARAMETERS], WINDOW_BLOCK);
  if (block == NULL || !read_head(layer, block, 1) || layer->is_wide || !read_sizes(layer, block)) return false;
  const uint64_t depth =
    (uint64_t)layer->window.height * layer->window.width * (layer->in_channels / layer->groups);
  if (depth > context->weights_size) return false;
  layer->depth = (uint32_t)depth;
  layer->chunk = caplet_read_u16(block + 44);
  if (layer->chunk == 0u || layer->chunk % 4u != 0u || caplet_read_u16(block + 46) != 0u) return false;
  const uint64_t contents = layer->out_channels * (layer->record_size + ((depth + 3u) & ~(uint64_t)3));
  if (!place_contents(layer, context, block, WINDOW_BLOCK, contents)) return false;
  const uint32_t sums = depth > layer->chunk ? 8u * caplet_fill_up(layer->out_channels / layer->groups) : 0u;
  return place_planes(layer, context, arguments, 5u * layer->chunk + sums);
}

static caplet_plane turned(caplet_plane plane)
{
  const caplet_plane result = {plane.width, plane.height};
  return result;
}

// Steps, and height and width exchanged where a tile is higher than wide.
static void turn(caplet_layer *layer)
{
  layer->input_step.width = layer->in_channels;
  layer->input_step.height = layer->input_size.width * layer->in_channels;
  layer->output_step.width = layer->out_channels;
  layer->output_step.height = layer->output_size.width * layer->out_channels;
  layer->weight_step.width = 1;
  layer->weight_step.height = layer->window.width;
  if (layer->tile.height <= layer->tile.width) return;
  caplet_plane *planes[] = {&layer->input_size, &layer->output_size, &layer->window,     &layer->stride,
                            &layer->dilation,   &layer->pad,         &layer->tile,       &layer->input_step,
                            &layer->output_step, &layer->weight_step};
  for (uint32_t i = 0; i < sizeof planes / sizeof planes[0]; i++) *planes[i] = turned(*planes[i]);
}

bool caplet_read_depthwise(caplet_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments)
{
  const uint8_t *block = caplet_find_block(context, (uint32_t)arguments[CAPLET_PARAMETERS], WINDOW_BLOCK);
  if (block == NULL || !read_head(layer, block, 2) || layer->is_corrected) return false;
  if (layer->requantizer == CAPLET_RESULT_FLOAT || !read_sizes(layer, block)) return false;
  if (layer->groups != layer->in_channels) return false;
  const uint64_t taps = (uint64_t)layer->window.height * layer->window.width;
  if (taps > context->weights_size) return false;
  layer->depth = (uint32_t)taps;
  layer->tile = read_plane(block + 44);
  if (layer->tile.height == 0u || layer->tile.width == 0u) return false;
  if (layer->tile.height > layer->output_size.height || layer->tile.width > layer->output_size.width) return false;
  const uint64_t weights = (taps * (layer->is_wide ? 2u : 1u) + 3u) & ~(uint64_t)3;
  if (!place_contents(layer, context, block, WINDOW_BLOCK, layer->out_channels * (layer->record_size + weights))) {
    return false;
  }
  turn(layer);
  // Below 2^21 each, by read_sizes.
  const uint32_t rows =
    (layer->tile.height - 1u) * layer->stride.height + (layer->window.height - 1u) * layer->dilation.height + 1u;
  const uint32_t columns =
    (layer->tile.width - 1u) * layer->stride.width + (layer->window.width - 1u) * layer->dilation.width + 1u;
  const uint64_t scratch = 2u * (uint64_t)rows * caplet_line_length(columns) +
                           2u * (uint64_t)layer->window.height * caplet_line_length(layer->window.width);
  return place_planes(layer, context, arguments, scratch);
}

// Whether every window of `outputs` has a tap within `size`; `most` becomes the largest number of them.
static bool taps_inside(uint32_t outputs, uint32_t stride, uint32_t pad, uint32_t taps, uint32_t dilation, uint32_t size,
                        uint32_t *most)
{
  *most = 0;
  for (uint32_t output = 0; output < outputs; output++) {
    const caplet_span span = caplet_taps_inside(output * stride, pad, taps, dilation, size);
    if (span.count == 0u) return false;
    if (span.count > *most) *most = span.count;
  }
  return true;
}

bool caplet_read_pool(caplet_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments)
{
  const uint8_t *block = caplet_find_block(context, (uint32_t)arguments[CAPLET_PARAMETERS], WINDOW_BLOCK);
  if (block == NULL || !read_head(layer, block, POOL) || block[3] != 0u) return false;
  if (layer->requantizer == CAPLET_RESULT_FLOAT || !read_sizes(layer, block)) return false;
  if (layer->groups != 1u || layer->in_channels != layer->out_channels) return false;
  layer->records = caplet_read_u16(block + 44);
  if (caplet_read_u16(block + 46) != 0u) return false;
  if (layer->requantizer == CAPLET_QUOTIENT && layer->records > 1u) return false;
  uint32_t rows, columns;
  if (!taps_inside(layer->output_size.height, layer->stride.height, layer->pad.height, layer->window.height,
                   layer->dilation.height, layer->input_size.height, &rows) ||
      !taps_inside(layer->output_size.width, layer->stride.width, layer->pad.width, layer->window.width,
                   layer->dilation.width, layer->input_size.width, &columns)) {
    return false;
  }
  if (layer->records > 1u && (uint64_t)rows * columns > layer->records) return false;
  if (!place_contents(layer, context, block, WINDOW_BLOCK, (uint64_t)layer->records * layer->record_size)) return false;
  return place_planes(layer, context, arguments, 0);
}

bool caplet_read_row(caplet_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments)
{
  const uint8_t *block = caplet_find_block(context, (uint32_t)arguments[CAPLET_PARAMETERS], ROW_BLOCK);
  if (block == NULL || !read_head(layer, block, 3) || layer->is_wide) return false;
  layer->depth = caplet_read_u32(block + 12);
  layer->out_channels = caplet_read_u32(block + 16);
  if (layer->depth == 0u || layer->out_channels == 0u) return false;
  if (layer->depth > context->weights_size || layer->out_channels > context->weights_size) return false;
  const uint64_t weights = ((uint64_t)layer->depth + 3u) & ~(uint64_t)3;
  if (!place_contents(layer, context, block, ROW_BLOCK, layer->out_channels * (layer->record_size + weights))) {
    return false;
  }
  return place(layer, context, arguments, layer->depth, layer->out_channels, 0);
}
