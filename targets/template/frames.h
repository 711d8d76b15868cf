// SPDX-License-Identifier: MIT-0
// Frames over a byte stream that may lose, add or change bytes: each ends in a zero byte, which occurs nowhere inside
// it (COBS), and carries a CRC-32. After any damage the next zero byte is the beginning of the next frame.
//
//   | kind u8 | sequence u8 | payload | crc32 u32 |   then COBS, then 0
#ifndef CAPLET_FRAMES_H
#define CAPLET_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Largest payload in both directions; the host asks for it first.
#ifndef FRAMES_PAYLOAD_BYTES
#define FRAMES_PAYLOAD_BYTES 256u
#endif

#define FRAMES_HEADER_BYTES 2u
#define FRAMES_CRC_BYTES 4u
#define FRAMES_PLAIN_BYTES (FRAMES_HEADER_BYTES + FRAMES_PAYLOAD_BYTES + FRAMES_CRC_BYTES)
// COBS adds one byte for every 254 begun.
#define FRAMES_CODED_BYTES (FRAMES_PLAIN_BYTES + FRAMES_PLAIN_BYTES / 254u + 1u)

typedef struct {
  uint8_t kind;
  uint8_t sequence;
  size_t payload_bytes;
  // Points into the receiver, until its next byte.
  const uint8_t *payload;
} frames_frame;

typedef struct {
  uint8_t bytes[FRAMES_CODED_BYTES];
  size_t length;
  bool is_too_long;
} frames_receiver;

// Takes one byte of the stream. True: `frame` holds a whole, undamaged frame. Damaged ones are dropped.
bool frames_receive(frames_receiver *receiver, uint8_t byte, frames_frame *frame);

// Writes one coded frame, its final zero byte included. Pre: frame->payload_bytes <= FRAMES_PAYLOAD_BYTES.
void frames_send(const frames_frame *frame, void (*send)(const uint8_t *bytes, size_t length));

// CRC-32 of IEEE 802.3, continued from `crc` (0 at the beginning).
uint32_t frames_crc32(uint32_t crc, const uint8_t *bytes, size_t length);

#endif
