// SPDX-License-Identifier: MIT-0
// Numbers of parameter blocks, and whether ranges lie where they must.
#ifndef CAPLET_READ_H
#define CAPLET_READ_H

#include "caplet_kernels.h"
#include "words.h"

// Of a kernel's arguments; a second input takes the place of scratch.
enum { CAPLET_PARAMETERS, CAPLET_INPUT, CAPLET_OUTPUT, CAPLET_SCRATCH };

static inline uint32_t caplet_read_u16(const uint8_t *at)
{
  return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static inline uint32_t caplet_read_u32(const uint8_t *at)
{
  return caplet_load_word(at);
}

static inline int32_t caplet_read_i16(const uint8_t *at)
{
  return (int32_t)(int16_t)(uint16_t)caplet_read_u16(at);
}

static inline bool caplet_fits(uint32_t address, uint64_t size, uint32_t available)
{
  return size <= available && address <= available - (uint32_t)size;
}

static inline const uint8_t *caplet_find_block(const caplet_kernel_context *context, uint32_t parameters, uint32_t size)
{
  return caplet_fits(parameters, size, context->weights_size) ? context->weights + parameters : NULL;
}

#endif
