// SPDX-License-Identifier: MIT-0
// convolution: output[pixel][o] = requantize(bias[o] + sum over d of column(pixel)[d] * weight[o][d])
//   Two pixels at a time: their columns are widened to int16 in scratch, then every block of four channels is summed over
//   them. Columns deeper than a chunk go by in chunks, while the sums of all channels wait in scratch.
//   scratch: | column, 4 * chunk bytes | bytes of one column, chunk | sums [channel][2], where there are several chunks |
#include "caplet_kernels_1.h"
#include "column.h"
#include "finish.h"
#include "sums.h"
#include "words.h"

static const int32_t zeros[8];

// What is computed at a time: two pixels of one group; at the end perhaps one, whose partner's sums are left over.
typedef struct pixel_pair {
  caplet_window_place places[2];
  uint32_t count;
  uint8_t *outputs[2];
  uint32_t totals[2]; // of the columns, where there are corrections
} pixel_pair;

static void fill_columns(const caplet_layer *layer, pixel_pair *pair, uint32_t start, uint32_t end)
{
  uint32_t *column = (uint32_t *)(void *)layer->scratch;
  uint8_t *bytes = layer->scratch + 4u * layer->chunk;
  for (uint32_t pixel = 0; pixel < pair->count; pixel++) {
    const uint8_t *source = caplet_gather(layer, &pair->places[pixel], start, end, bytes);
    caplet_widen(source, end - start, layer->is_unsigned, column, pixel);
    if (layer->is_corrected) pair->totals[pixel] += caplet_sum_bytes(source, end - start, layer->is_unsigned);
  }
}

// Depths start..end of the channels of `work`; the first chunk begins with zeros, others go on from their sums.
static void sum_blocks(const caplet_layer *layer, const caplet_block_sums *work, uint32_t start, uint32_t end)
{
  const uint32_t *column = (const uint32_t *)(const void *)layer->scratch;
  const uint32_t quads = (end - start + 3u) / 4u;
  const uint32_t block_size = 4u * layer->record_size + work->weights_size;
  const uint8_t *weights = work->block + 4u * layer->record_size + 4u * start;
  int32_t *sums = work->sums;
  uint32_t left = work->channels;
  for (; left >= 4u; left -= 4u) {
    caplet_sum_pairs(column, quads, weights, start == 0u ? zeros : sums, sums);
    if (CAPLET_HAS_HELIUM && layer->is_unsigned) caplet_add_flipped(weights, quads, 4, sums);
    weights += block_size;
    sums += 8;
  }
  if (left != 0u) {
    weights -= (4u - left) * (layer->record_size + start);
    caplet_sum_few_pairs(column, quads, weights, left, start == 0u ? zeros : sums, sums);
    if (CAPLET_HAS_HELIUM && layer->is_unsigned) caplet_add_flipped(weights, quads, left, sums);
  }
}

static void finish(const caplet_layer *layer, const pixel_pair *pair, const caplet_block_sums *work)
{
  if (layer->is_corrected) caplet_correct(layer, work, pair->totals);
  caplet_finish_blocks(layer, work);
}

// The columns are whole in scratch: a batch of channels at a time.
static void convolve_whole(const caplet_layer *layer, pixel_pair *pair, caplet_block_sums *work)
{
  const uint32_t group_channels = work->channels;
  int32_t sums[2u * CAPLET_BATCH_CHANNELS];
  work->sums = sums;
  fill_columns(layer, pair, 0, layer->depth);
  for (uint32_t channel = 0; channel < group_channels; channel += CAPLET_BATCH_CHANNELS) {
    work->channels = caplet_least(group_channels - channel, CAPLET_BATCH_CHANNELS);
    sum_blocks(layer, work, 0, layer->depth);
    finish(layer, pair, work);
    work->block += CAPLET_BATCH_CHANNELS * layer->record_size + CAPLET_BATCH_CHANNELS / 4u * work->weights_size;
    work->outputs[0] += CAPLET_BATCH_CHANNELS * layer->output_width;
    work->outputs[1] += CAPLET_BATCH_CHANNELS * layer->output_width;
  }
}

static void convolve_chunks(const caplet_layer *layer, pixel_pair *pair, caplet_block_sums *work)
{
  work->sums = (int32_t *)(void *)(layer->scratch + 5u * layer->chunk);
  for (uint32_t start = 0; start < layer->depth; start += layer->chunk) {
    const uint32_t end = caplet_least(start + layer->chunk, layer->depth);
    fill_columns(layer, pair, start, end);
    sum_blocks(layer, work, start, end);
  }
  finish(layer, pair, work);
}

static void convolve_pair(const caplet_layer *layer, pixel_pair *pair, const uint8_t *blocks)
{
  caplet_block_sums work = {
    NULL, layer->out_channels / layer->groups, 2, blocks, 4u * caplet_fill_up(layer->depth),
    {pair->outputs[0], pair->count == 2u ? pair->outputs[1] : pair->outputs[0]},
  };
  pair->totals[0] = 0;
  pair->totals[1] = 0;
  if (layer->depth <= layer->chunk) convolve_whole(layer, pair, &work);
  else convolve_chunks(layer, pair, &work);
  pair->count = 0;
}

static void convolve_group(const caplet_layer *layer, uint32_t image, uint32_t group, const uint8_t *blocks)
{
  const uint32_t pixels = layer->output_size.height * layer->output_size.width;
  const uint32_t in_place = image * layer->input_size.height * layer->input_size.width * layer->in_channels;
  const uint8_t *input = layer->input + in_place + group * (layer->in_channels / layer->groups);
  uint8_t *output = layer->output + (image * pixels * layer->out_channels + group * (layer->out_channels / layer->groups)) *
                                      layer->output_width;
  pixel_pair pair;
  pair.count = 0;
  for (uint32_t y = 0; y < layer->output_size.height; y++) {
    for (uint32_t x = 0; x < layer->output_size.width; x++) {
      caplet_window_place *place = &pair.places[pair.count];
      place->image = input;
      place->top = (int32_t)(y * layer->stride.height) - (int32_t)layer->pad.height;
      place->left = (int32_t)(x * layer->stride.width) - (int32_t)layer->pad.width;
      pair.outputs[pair.count] = output;
      output += layer->out_channels * layer->output_width;
      pair.count++;
      if (pair.count == 2u) convolve_pair(layer, &pair, blocks);
    }
  }
  if (pair.count == 1u) convolve_pair(layer, &pair, blocks);
}

bool caplet_convolution(const caplet_kernel_context *context, const uint64_t *arguments)
{
  caplet_layer layer;
  if (!caplet_read_convolution(&layer, context, arguments)) return false;
  const uint32_t channel_size = layer.record_size + caplet_fill_up(layer.depth);
  const uint32_t group_size = layer.out_channels / layer.groups * channel_size;
  for (uint32_t image = 0; image < layer.batch; image++) {
    for (uint32_t group = 0; group < layer.groups; group++) {
      convolve_group(&layer, image, group, layer.contents + group * group_size);
    }
  }
  return true;
}
