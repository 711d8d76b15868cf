// SPDX-License-Identifier: Apache-2.0
// Runs the kernels of targets/kernels for a test: requests on stdin, answers on stdout, little-endian words.
//   request: kernel, parameters, input, output, scratch, memory size, weights size, memory, weights
//   answer:  1 done or 0 refused, memory
// Kernel 0xffffffff is the self-test: memory and weights are not read, the answer is its result. Kernel 0xfffffffe gives
// its layer `parameters`: kernel, input, output, scratch, memory size, weights size, output size, checksum, memory, weights;
// a single 0xffffffff behind the last one.
// Memory and weights are heap blocks of exactly these sizes, so that a sanitizer sees every step beyond them.
#include "selftest.h"

#include <stdio.h>
#include <stdlib.h>

static void *take(uint32_t size)
{
  uint8_t *block = malloc(size);
  if ((block == NULL && size != 0) || fread(block, 1, size, stdin) != size) exit(1);
  return block;
}

static void answer(uint32_t result, const uint8_t *memory, uint32_t size)
{
  fwrite(&result, sizeof result, 1, stdout);
  fwrite(memory, 1, size, stdout);
  fflush(stdout);
}

static void answer_layer(uint32_t index)
{
  uint8_t *memory = calloc(1, CAPLET_KERNELS_SELFTEST_BYTES);
  caplet_selftest_layer layer;
  if (memory == NULL) exit(1);
  if (caplet_selftest_prepare(&layer, index, memory)) {
    const caplet_kernel_context *context = &layer.context;
    const uint32_t words[] = {
      (uint32_t)layer.arguments[1], (uint32_t)layer.arguments[2], (uint32_t)layer.arguments[3],
      context->memory_size, context->weights_size, layer.output_size, layer.checksum,
    };
    fwrite(&layer.kernel, sizeof layer.kernel, 1, stdout);
    fwrite(words, sizeof words, 1, stdout);
    fwrite(context->memory, 1, context->memory_size, stdout);
    fwrite(context->weights, 1, context->weights_size, stdout);
    fflush(stdout);
  } else {
    answer(UINT32_MAX, memory, 0);
  }
  free(memory);
}

int main(void)
{
  uint32_t request[7];
  while (fread(request, sizeof request, 1, stdin) == 1) {
    if (request[0] == 0xffffffffu) {
      uint8_t *memory = malloc(CAPLET_KERNELS_SELFTEST_BYTES);
      if (memory == NULL) return 1;
      answer(caplet_kernels_selftest(memory, CAPLET_KERNELS_SELFTEST_BYTES), memory, 0);
      free(memory);
      continue;
    }
    if (request[0] == 0xfffffffeu) {
      answer_layer(request[1]);
      continue;
    }
    if (request[0] >= caplet_kernels_1.count) return 1;
    const uint64_t arguments[4] = {request[1], request[2], request[3], request[4]};
    uint8_t *memory = take(request[5]);
    uint8_t *weights = take(request[6]);
    const caplet_kernel_context context = {memory, request[5], weights, request[6]};
    const bool done = caplet_kernels_1.kernels[request[0]].function(&context, arguments);
    answer(done ? 1 : 0, memory, request[5]);
    free(memory);
    free(weights);
  }
  return 0;
}
