// SPDX-License-Identifier: MIT-0
// Lets a host drive the capsule over the serial line: `caplet verify --runtime serial:PORT` and the emulated boards
// speak this. Every request is a frame (frames.h), every reply has the request's sequence number and its kind + 128.
// The host waits for the reply before the next request. A repeated sequence number is a repeated request: it gets the
// reply once more and is not executed again.
//
// Numbers are little-endian. A reply's payload begins with one status byte: a caplet_status, or one of service_status.
//
//   kind          request payload                    reply after the status
//   hello         -                                  protocol u16, payload u16 (largest), ticks_per_second u32,
//                                                    empty_ticks u32, open_ticks u32, open_stack u32, memory_now u32,
//                                                    memory_most u32, memory_size u32, descriptor_bytes u32,
//                                                    board and engine as zero-terminated text
//   descriptor    offset u32, length u16             bytes
//   write_input   index u16, offset u32, bytes       -
//   invoke        flags u8 (1: measure the stack)    ticks u32, stack u32
//   read_output   index u16, offset u32, length u16  bytes
//   selftest      flags u8                           ticks u32, stack u32
//   reset         -                                  -
//   read_memory   address u32, length u16            bytes of linear memory
//   checksum      -                                  crc32 u32 of the capsule's flash bytes, bytes u32,
//                                                    crc32 u32 of all flash that the firmware occupies
//   kernels       -                                  result u32, ticks u32, stack u32: the self-test of the host
//                                                    kernels, which ran before the capsule was opened; 0 = pass
//
// A hello comes first. Any other request before it is answered with SERVICE_RESTARTED: so a host learns that the board
// has started anew, and that the inputs it wrote are gone.
// A fault sends, unasked: kind 255, sequence 0, text.
#ifndef CAPLET_SERVICE_H
#define CAPLET_SERVICE_H

#include "caplet.h"

enum { SERVICE_PROTOCOL = 1 };

typedef enum {
  SERVICE_HELLO = 1,
  SERVICE_DESCRIPTOR = 2,
  SERVICE_WRITE_INPUT = 3,
  SERVICE_INVOKE = 4,
  SERVICE_READ_OUTPUT = 5,
  SERVICE_SELFTEST = 6,
  SERVICE_RESET = 7,
  SERVICE_READ_MEMORY = 8,
  SERVICE_CHECKSUM = 9,
  SERVICE_KERNELS = 10,
  SERVICE_FAULT = 255
} service_kind;

typedef enum {
  SERVICE_OK = 0,
  SERVICE_UNKNOWN_KIND = 128,
  SERVICE_MALFORMED = 129,
  SERVICE_OUT_OF_RANGE = 130,
  SERVICE_RESTARTED = 131,
  SERVICE_NO_KERNELS = 132
} service_status;

// Tests the host kernels where there are any, opens the capsule, then answers requests for ever. Where it does not open, every reply carries the reason.
_Noreturn void service_run(const caplet_options *options, const char *engine);

#endif
