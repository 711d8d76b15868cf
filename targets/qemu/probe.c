// SPDX-License-Identifier: MIT-0
// Firmware that tests the board instead of running a capsule: does a write to flash fault, does a stack overflow
// fault, does the counter count every instruction. Frames as in service.h, with kinds of its own:
//
//   spin      rounds u32    ticks u32, empty_ticks u32, stack u32: a loop of two instructions a round
//   write     address u32   nothing, where the write went through
//   overflow  -             nothing, where the stack has no end
#include <string.h>

#include "frames.h"
#include "measure.h"
#include "port.h"

enum { PROBE_SPIN = 64, PROBE_WRITE = 65, PROBE_OVERFLOW = 66 };

caplet_status probe_spin(caplet_capsule *rounds);

static uint32_t u32_at(const frames_frame *frame)
{
  uint32_t value = 0;
  if (frame->payload_bytes == sizeof value) memcpy(&value, frame->payload, sizeof value);
  return value;
}

static __attribute__((noinline)) uint32_t descend(uint32_t depth)
{
  volatile uint32_t frame[16] = {depth};
  if (depth != 0) frame[0] += descend(depth - 1u);
  return frame[0];
}

static void serve(const frames_frame *frame)
{
  uint32_t words[3] = {0, 0, 0};
  uint32_t argument = u32_at(frame);
  if (frame->kind == PROBE_SPIN) {
    measure_result result = measure(probe_spin, (caplet_capsule *)(uintptr_t)argument, true);
    words[0] = result.ticks;
    words[1] = measure_empty_ticks();
    words[2] = result.stack_bytes;
  }
  if (frame->kind == PROBE_WRITE) *(volatile uint8_t *)(uintptr_t)argument ^= 0xFFu;
  if (frame->kind == PROBE_OVERFLOW) words[0] = descend(1u << 20);
  const frames_frame reply = {(uint8_t)(frame->kind | 0x80u), frame->sequence, sizeof words, (const uint8_t *)words};
  frames_send(&reply, port_send);
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
