// SPDX-License-Identifier: MIT-0
// COBS: a frame is cut at its zero bytes; each piece of at most 254 bytes is preceded by its length plus one.
#include "frames.h"

#include <string.h>

// Reflected polynomial 0xEDB88320, four bits at a time: a table of 64 bytes.
uint32_t frames_crc32(uint32_t crc, const uint8_t *bytes, size_t length)
{
  static const uint32_t table[16] = {
      0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u, 0x4DB26158u, 0x5005713Cu,
      0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu, 0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu,
  };
  crc = ~crc;
  for (size_t i = 0; i < length; i++) {
    crc ^= bytes[i];
    crc = (crc >> 4) ^ table[crc & 15u];
    crc = (crc >> 4) ^ table[crc & 15u];
  }
  return ~crc;
}

// Decodes in place. Returns the number of plain bytes, 0 where a length points beyond the end.
static size_t decode(uint8_t *bytes, size_t length)
{
  size_t from = 0;
  size_t to = 0;
  while (from < length) {
    size_t code = bytes[from];
    size_t piece = code - 1u;
    from++;
    if (piece > length - from) return 0;
    memmove(bytes + to, bytes + from, piece);
    from += piece;
    to += piece;
    if (code < 255u && from < length) {
      bytes[to] = 0;
      to++;
    }
  }
  return to;
}

static uint32_t read_u32(const uint8_t *bytes)
{
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static bool open_frame(frames_receiver *receiver, frames_frame *frame)
{
  size_t plain = decode(receiver->bytes, receiver->length);
  if (plain < FRAMES_HEADER_BYTES + FRAMES_CRC_BYTES || plain > FRAMES_PLAIN_BYTES) return false;
  size_t covered = plain - FRAMES_CRC_BYTES;
  if (frames_crc32(0, receiver->bytes, covered) != read_u32(receiver->bytes + covered)) return false;
  frame->kind = receiver->bytes[0];
  frame->sequence = receiver->bytes[1];
  frame->payload = receiver->bytes + FRAMES_HEADER_BYTES;
  frame->payload_bytes = covered - FRAMES_HEADER_BYTES;
  return true;
}

bool frames_receive(frames_receiver *receiver, uint8_t byte, frames_frame *frame)
{
  if (byte != 0) {
    if (receiver->length < sizeof receiver->bytes) {
      receiver->bytes[receiver->length] = byte;
      receiver->length++;
    } else {
      receiver->is_too_long = true;
    }
    return false;
  }
  bool is_whole = !receiver->is_too_long && open_frame(receiver, frame);
  receiver->length = 0;
  receiver->is_too_long = false;
  return is_whole;
}

typedef struct {
  void (*send)(const uint8_t *bytes, size_t length);
  // One length byte and the piece after it.
  uint8_t block[255];
  size_t piece;
} encoder;

static void end_piece(encoder *coder)
{
  coder->block[0] = (uint8_t)(coder->piece + 1u);
  coder->send(coder->block, coder->piece + 1u);
  coder->piece = 0;
}

static void encode(encoder *coder, const uint8_t *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (bytes[i] == 0) {
      end_piece(coder);
      continue;
    }
    coder->block[1u + coder->piece] = bytes[i];
    coder->piece++;
    if (coder->piece == 254u) end_piece(coder);
  }
}

void frames_send(const frames_frame *frame, void (*send)(const uint8_t *bytes, size_t length))
{
  const uint8_t header[FRAMES_HEADER_BYTES] = {frame->kind, frame->sequence};
  uint32_t crc = frames_crc32(frames_crc32(0, header, sizeof header), frame->payload, frame->payload_bytes);
  const uint8_t trailer[FRAMES_CRC_BYTES] = {(uint8_t)crc, (uint8_t)(crc >> 8), (uint8_t)(crc >> 16),
                                             (uint8_t)(crc >> 24)};
  const uint8_t delimiter = 0;
  encoder coder = {.send = send, .piece = 0};
  encode(&coder, header, sizeof header);
  encode(&coder, frame->payload, frame->payload_bytes);
  encode(&coder, trailer, sizeof trailer);
  end_piece(&coder);
  send(&delimiter, 1);
}
