// SPDX-License-Identifier: MIT-0
// copy: six loops around a run of bytes, each side with its own step per loop, which may be negative.
#include "caplet_kernels_1.h"
#include "read.h"

#include <string.h>

#define COPY_BLOCK 80u
#define LOOPS 6

typedef struct copy_loop {
  uint32_t count;
  int32_t input_step;
  int32_t output_step;
} copy_loop;

typedef struct copy_layer {
  uint32_t run;
  copy_loop loops[LOOPS];
} copy_layer;

// How far a side reaches before and behind its address.
typedef struct reach {
  int64_t lowest;
  int64_t highest;
} reach;

// False: beyond 2^40, which no memory is.
static bool extend(reach *of, uint32_t count, int32_t step)
{
  const int64_t distance = (int64_t)(count - 1u) * step;
  if (distance > (int64_t)1 << 40 || distance < -((int64_t)1 << 40)) return false;
  if (distance < 0) of->lowest += distance;
  else of->highest += distance;
  return true;
}

static bool is_inside(const reach *of, uint32_t address, uint32_t run, uint32_t available)
{
  return address + of->lowest >= 0 && address + of->highest + run <= available;
}

static bool read_copy(copy_layer *layer, const caplet_kernel_context *context, const uint64_t *arguments)
{
  const uint8_t *block = caplet_find_block(context, (uint32_t)arguments[CAPLET_PARAMETERS], COPY_BLOCK);
  if (block == NULL || caplet_read_u32(block) != 7u) return false;
  layer->run = caplet_read_u32(block + 4);
  if (layer->run == 0u) return false;
  uint64_t turns = 1;
  reach from = {0, 0};
  reach to = {0, 0};
  for (uint32_t i = 0; i < LOOPS; i++) {
    const uint8_t *at = block + 8u + 12u * i;
    copy_loop *loop = &layer->loops[i];
    loop->count = caplet_read_u32(at);
    loop->input_step = (int32_t)caplet_read_u32(at + 4);
    loop->output_step = (int32_t)caplet_read_u32(at + 8);
    turns *= loop->count;
    // Every turn writes a place of its own: no more of them than there are bytes.
    if (turns == 0u || turns > context->memory_size) return false;
    if (!extend(&from, loop->count, loop->input_step) || !extend(&to, loop->count, loop->output_step)) return false;
  }
  return is_inside(&from, (uint32_t)arguments[CAPLET_INPUT], layer->run, context->memory_size) &&
         is_inside(&to, (uint32_t)arguments[CAPLET_OUTPUT], layer->run, context->memory_size);
}

static void copy_bytes(const copy_loop *loop, const uint8_t *input, uint8_t *output)
{
  for (uint32_t i = loop->count; i != 0u; i--) {
    *output = *input;
    input += loop->input_step;
    output += loop->output_step;
  }
}

static void copy_runs(const copy_loop *loop, const uint8_t *input, uint8_t *output, uint32_t run)
{
  for (uint32_t i = loop->count; i != 0u; i--) {
    memmove(output, input, run);
    input += loop->input_step;
    output += loop->output_step;
  }
}

// The two innermost loops.
static void copy_plane(const copy_layer *layer, const uint8_t *input, uint8_t *output)
{
  const copy_loop *outer = &layer->loops[LOOPS - 2];
  const copy_loop *inner = &layer->loops[LOOPS - 1];
  for (uint32_t i = outer->count; i != 0u; i--) {
    if (layer->run == 1u) copy_bytes(inner, input, output);
    else copy_runs(inner, input, output, layer->run);
    input += outer->input_step;
    output += outer->output_step;
  }
}

bool caplet_copy(const caplet_kernel_context *context, const uint64_t *arguments)
{
  copy_layer layer;
  if (!read_copy(&layer, context, arguments)) return false;
  // The four outer loops count like an odometer.
  uint32_t turns[LOOPS - 2] = {0};
  int64_t input = (uint32_t)arguments[CAPLET_INPUT];
  int64_t output = (uint32_t)arguments[CAPLET_OUTPUT];
  for (;;) {
    copy_plane(&layer, context->memory + input, context->memory + output);
    int32_t level = LOOPS - 3;
    for (; level >= 0; level--) {
      const copy_loop *loop = &layer.loops[level];
      if (++turns[level] < loop->count) {
        input += loop->input_step;
        output += loop->output_step;
        break;
      }
      input -= (int64_t)(loop->count - 1u) * loop->input_step;
      output -= (int64_t)(loop->count - 1u) * loop->output_step;
      turns[level] = 0;
    }
    if (level < 0) return true;
  }
}
