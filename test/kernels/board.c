// SPDX-License-Identifier: Apache-2.0
// Firmware that runs host kernels on an emulated board: serve.c, in frames. Numbers are u32.
//   fill    place, bytes                 the place counts through memory, then weights
//   run     kernel, parameters, input, output, scratch, memory size, weights size
//                                        done, ticks, empty_ticks, stack bytes
//   read    place, count              =>  bytes
//   test                              =>  result of the self-test, ticks
//   round   mode                          of the FPU, as in FPSCR: 0 to nearest, 3 towards zero
#include "caplet_kernels_1.h"

#include <string.h>

#include "frames.h"
#include "measure.h"
#include "port.h"

enum { KIND_FILL = 64, KIND_RUN, KIND_READ, KIND_TEST, KIND_ROUND };

#ifndef KERNEL_MEMORY_BYTES
#define KERNEL_MEMORY_BYTES (128u << 10)
#endif

static uint8_t memory[KERNEL_MEMORY_BYTES] __attribute__((aligned(8)));
static uint32_t request[7];
static uint32_t outcome;

static caplet_status run_kernel(caplet_capsule *unused)
{
  (void)unused;
  const uint64_t arguments[4] = {request[1], request[2], request[3], request[4]};
  const caplet_kernel_context context = {memory, request[5], memory + request[5], request[6]};
  outcome = caplet_kernels_1.kernels[request[0]].function(&context, arguments) ? 1 : 0;
  return CAPLET_OK;
}

static caplet_status run_selftest(caplet_capsule *unused)
{
  (void)unused;
  outcome = caplet_kernels_selftest(memory, CAPLET_KERNELS_SELFTEST_BYTES);
  return CAPLET_OK;
}

static void reply(const frames_frame *frame, const void *payload, size_t bytes)
{
  const frames_frame answer = {(uint8_t)(frame->kind | 0x80u), frame->sequence, bytes, payload};
  frames_send(&answer, port_send);
}

static void measured(const frames_frame *frame, measure_call call)
{
  const measure_result result = measure(call, NULL, true);
  const uint32_t words[4] = {outcome, result.ticks, measure_empty_ticks(), result.stack_bytes};
  reply(frame, words, sizeof words);
}

static void serve(const frames_frame *frame)
{
  uint32_t place = 0;
  if (frame->payload_bytes >= sizeof place) memcpy(&place, frame->payload, sizeof place);
  switch (frame->kind) {
    case KIND_FILL:
      memcpy(memory + place, frame->payload + sizeof place, frame->payload_bytes - sizeof place);
      reply(frame, NULL, 0);
      break;
    case KIND_RUN:
      memcpy(request, frame->payload, sizeof request);
      measured(frame, run_kernel);
      break;
    case KIND_READ: {
      uint32_t count = 0;
      memcpy(&count, frame->payload + sizeof place, sizeof count);
      reply(frame, memory + place, count);
      break;
    }
    case KIND_TEST:
      measured(frame, run_selftest);
      break;
#ifdef __ARM_FP
    case KIND_ROUND:
      __builtin_arm_set_fpscr((__builtin_arm_get_fpscr() & ~(3u << 22)) | place << 22);
      reply(frame, NULL, 0);
      break;
#endif
    default:
      break;
  }
}

int main(void)
{
  static frames_receiver receiver;
  frames_frame frame;
  port_start();
  for (;;) {
    int byte = port_receive();
    if (byte < 0) port_wait();
    else if (frames_receive(&receiver, (uint8_t)byte, &frame)) serve(&frame);
  }
}
