// SPDX-License-Identifier: MIT-0
// The binary format is the WebAssembly core specification's: magic, version, then sections of id, size and
// body.
#include "caplet_module.h"

#include <string.h>

static uint32_t bytes_left(const caplet_reader *reader)
{
  return (uint32_t)(reader->end - reader->next);
}

bool caplet_read_module(caplet_reader *reader, const uint8_t *flash, size_t flash_size)
{
  static const uint8_t beginning[8] = {0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
  if (flash_size < sizeof beginning || flash_size > UINT32_MAX) return false;
  if (memcmp(flash, beginning, sizeof beginning) != 0) return false;
  reader->next = flash + sizeof beginning;
  reader->end = flash + flash_size;
  return true;
}

bool caplet_read_u32(caplet_reader *reader, uint32_t *value)
{
  uint32_t result = 0;
  for (uint32_t shift = 0; shift < 35u; shift += 7u) {
    if (reader->next == reader->end) return false;
    const uint8_t byte = *reader->next++;
    if (shift == 28u && (byte & 0xF0u) != 0) return false;
    result |= (uint32_t)(byte & 0x7Fu) << shift;
    if ((byte & 0x80u) == 0) {
      *value = result;
      return true;
    }
  }
  return false;
}

bool caplet_read_section(caplet_reader *reader, caplet_section *section)
{
  const uint8_t *const first = reader->next;
  if (reader->next == reader->end) return false;
  section->id = *reader->next++;
  if (!caplet_read_u32(reader, &section->size) || section->size > bytes_left(reader)) {
    reader->next = first;
    return false;
  }
  section->body = reader->next;
  reader->next += section->size;
  return true;
}

// Place in the module; the section of data counts stands before the code. 0: not in a capsule.
static uint32_t order_of(uint32_t id)
{
  static const uint8_t orders[] = {0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 8, 9, 7};
  return id < sizeof orders ? orders[id] : 0;
}

// One memory that cannot grow, and so never moves: count 1, limits with a maximum, which is the minimum.
static bool is_fixed_memory(const caplet_section *section)
{
  caplet_reader reader = {section->body, section->body + section->size};
  uint32_t count = 0;
  uint32_t kind = 0;
  uint32_t least = 0;
  uint32_t most = 0;
  if (!caplet_read_u32(&reader, &count) || !caplet_read_u32(&reader, &kind)) return false;
  if (!caplet_read_u32(&reader, &least) || !caplet_read_u32(&reader, &most)) return false;
  return count == 1 && kind == 1 && least == most && reader.next == reader.end;
}

caplet_status caplet_check_module(const uint8_t *flash, size_t flash_size)
{
  caplet_reader reader;
  caplet_section section;
  uint32_t last = 0;
  if (!caplet_read_module(&reader, flash, flash_size)) return CAPLET_ERROR_NOT_A_CAPSULE;
  while (caplet_read_section(&reader, &section)) {
    if (section.id == CAPLET_SECTION_CUSTOM) continue;
    const uint32_t order = order_of(section.id);
    if (order <= last) return CAPLET_ERROR_DAMAGED;
    last = order;
    if (section.id == CAPLET_SECTION_MEMORY && !is_fixed_memory(&section)) return CAPLET_ERROR_DAMAGED;
  }
  return reader.next == reader.end ? CAPLET_OK : CAPLET_ERROR_DAMAGED;
}

// Strips a custom section of its name. False where it has another.
static bool is_named(caplet_section *section, const char *name, size_t name_size)
{
  caplet_reader reader = {section->body, section->body + section->size};
  uint32_t size = 0;
  if (!caplet_read_u32(&reader, &size) || size != name_size || size > bytes_left(&reader)) return false;
  if (memcmp(reader.next, name, name_size) != 0) return false;
  section->body = reader.next + size;
  section->size = (uint32_t)(reader.end - section->body);
  return true;
}

caplet_status caplet_find_custom_section(const uint8_t *flash, size_t flash_size, const char *name,
                                         caplet_section *section)
{
  caplet_reader reader;
  caplet_section candidate;
  uint32_t found = 0;
  const size_t name_size = strlen(name);
  if (!caplet_read_module(&reader, flash, flash_size)) return CAPLET_ERROR_NOT_A_CAPSULE;
  while (caplet_read_section(&reader, &candidate)) {
    if (candidate.id != CAPLET_SECTION_CUSTOM || !is_named(&candidate, name, name_size)) continue;
    *section = candidate;
    found++;
  }
  if (reader.next != reader.end || found > 1) return CAPLET_ERROR_DAMAGED;
  return found == 1 ? CAPLET_OK : CAPLET_ERROR_NOT_A_CAPSULE;
}

caplet_status caplet_find_weights(const uint8_t *flash, size_t flash_size, const uint8_t **weights,
                                  uint32_t *weights_size)
{
  caplet_reader reader;
  caplet_section section;
  if (flash == NULL || weights == NULL || weights_size == NULL) return CAPLET_ERROR_ARGUMENT;
  *weights = NULL;
  *weights_size = 0;
  if (!caplet_read_module(&reader, flash, flash_size)) return CAPLET_ERROR_NOT_A_CAPSULE;
  while (caplet_read_section(&reader, &section)) {
    if (section.id != CAPLET_SECTION_DATA) continue;
    // One segment: count 1, kind 1 (passive), then its bytes to the section's end.
    caplet_reader data = {section.body, section.body + section.size};
    uint32_t count = 0;
    uint32_t kind = 0;
    uint32_t size = 0;
    if (!caplet_read_u32(&data, &count) || count != 1) return CAPLET_ERROR_DAMAGED;
    if (!caplet_read_u32(&data, &kind) || kind != 1) return CAPLET_ERROR_DAMAGED;
    if (!caplet_read_u32(&data, &size) || size != bytes_left(&data)) return CAPLET_ERROR_DAMAGED;
    *weights = data.next;
    *weights_size = size;
  }
  return reader.next == reader.end ? CAPLET_OK : CAPLET_ERROR_DAMAGED;
}
