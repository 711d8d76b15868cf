// SPDX-License-Identifier: MIT-0
// A module is eight bytes, then sections: id u8, size LEB128, content.
#include "stored_model.h"

#include <string.h>

#define ERASED 0xFFu

// Reads at most 32 bits. Returns the bytes read, 0 where the number is cut off or too long.
static size_t read_size(const uint8_t *bytes, size_t available, uint32_t *value)
{
  *value = 0;
  for (size_t i = 0; i < available && i < 5u; i++) {
    uint32_t part = bytes[i] & 0x7Fu;
    if (i == 4u && part > 15u) return 0;
    *value |= part << (7u * i);
    if ((bytes[i] & 0x80u) == 0) return i + 1u;
  }
  return 0;
}

size_t stored_model_bytes(const uint8_t *flash, size_t flash_size)
{
  static const uint8_t begin[8] = {0, 'a', 's', 'm', 1, 0, 0, 0};
  size_t at = sizeof begin;
  if (flash_size < at || memcmp(flash, begin, at) != 0) return 0;
  while (at < flash_size && flash[at] != ERASED) {
    uint32_t content;
    size_t digits = read_size(flash + at + 1u, flash_size - at - 1u, &content);
    if (digits == 0 || content > flash_size - at - 1u - digits) return 0;
    at += 1u + digits + content;
  }
  return at;
}
