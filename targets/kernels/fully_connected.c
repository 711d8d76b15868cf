// SPDX-License-Identifier: MIT-0
// fully_connected: output[u] = requantize(bias[u] + sum over d of input[d] * weight[u][d]), straight from the input.
#include "caplet_kernels_1.h"
#include "finish.h"
#include "sums.h"

static void sum_blocks(const caplet_layer *layer, const caplet_block_sums *work)
{
  const uint8_t *block = work->block;
  for (uint32_t unit = 0; unit < work->channels; unit += 4u) {
    const uint32_t units = caplet_least(work->channels - unit, 4);
    const uint8_t *weights = block + units * layer->record_size;
    caplet_sum_row(layer->input, layer->depth, layer->is_unsigned, weights, units, work->sums + unit);
    block += 4u * layer->record_size + work->weights_size;
  }
}

bool caplet_fully_connected(const caplet_kernel_context *context, const uint64_t *arguments)
{
  caplet_layer layer;
  if (!caplet_read_row(&layer, context, arguments)) return false;
  const uint32_t total = layer.is_corrected ? caplet_sum_bytes(layer.input, layer.depth, layer.is_unsigned) : 0u;
  int32_t sums[CAPLET_BATCH_CHANNELS];
  caplet_block_sums work = {sums, 0, 1, layer.contents, 4u * caplet_fill_up(layer.depth), {layer.output, layer.output}};
  for (uint32_t unit = 0; unit < layer.out_channels; unit += CAPLET_BATCH_CHANNELS) {
    work.channels = caplet_least(layer.out_channels - unit, CAPLET_BATCH_CHANNELS);
    sum_blocks(&layer, &work);
    if (layer.is_corrected) caplet_correct(&layer, &work, &total);
    caplet_finish_blocks(&layer, &work);
    work.block += CAPLET_BATCH_CHANNELS * layer.record_size + CAPLET_BATCH_CHANNELS / 4u * work.weights_size;
    work.outputs[0] += CAPLET_BATCH_CHANNELS * layer.output_width;
    work.outputs[1] = work.outputs[0];
  }
  return true;
}
