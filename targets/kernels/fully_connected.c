// SPDX-License-Identifier: MIT-0
// fully_connected: output[u] = requantize(bias[u] + sum over d of input[d] * weight[u][d]), straight from the input.
#include "caplet_kernels_1.h"
#include "finish.h"
#include "sums.h"

bool caplet_fully_connected(const caplet_kernel_context *context, const uint64_t *arguments)
{
  caplet_layer layer;
  if (!caplet_read_row(&layer, context, arguments)) return false;
  const uint32_t channel_size = layer.record_size + caplet_fill_up(layer.depth);
  const uint32_t total = layer.is_corrected ? caplet_sum_bytes(layer.input, layer.depth, layer.is_unsigned) : 0u;
  const uint8_t *block = layer.contents;
  uint8_t *output = layer.output;
  for (uint32_t unit = 0; unit < layer.out_channels; unit += 4u) {
    const uint32_t units = caplet_least(layer.out_channels - unit, 4);
    int32_t sums[4] = {0, 0, 0, 0};
    caplet_sum_row(layer.input, layer.depth, layer.is_unsigned, block + units * layer.record_size, units, sums);
    if (layer.is_corrected) caplet_correct(&layer, sums, block, units, &total, 1);
    caplet_finish_row(&layer, sums, block, units, output);
    block += units * channel_size;
    output += units * layer.output_width;
  }
  return true;
}
