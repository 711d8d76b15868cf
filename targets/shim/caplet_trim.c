// SPDX-License-Identifier: MIT-0
// Export section: count, then each a name, a kind, a number. Global section: count, then each a type, whether it
// is mutable, and an initializer, which in a capsule is one i32.const.
#include "caplet_trim.h"

#include <string.h>

#include "caplet_engine.h"

#define KIND_FUNCTION 0u
#define KIND_GLOBAL 3u
#define OPERATOR_I32_CONST 0x41u
#define OPERATOR_END 0x0Bu

static bool is_text(const uint8_t *name, uint32_t size, const char *text)
{
  return size == strlen(text) && memcmp(name, text, size) == 0;
}

static bool is_used(const uint8_t *name, uint32_t size, uint32_t kind)
{
  if (kind == KIND_GLOBAL) return is_text(name, size, "__heap_base") || is_text(name, size, "__data_end");
  for (uint32_t export = 0; kind == KIND_FUNCTION && export < CAPLET_EXPORTS; export++) {
    if (is_text(name, size, caplet_export_names[export])) return true;
  }
  return false;
}

static bool take(caplet_reader *reader, uint32_t size, const uint8_t **bytes)
{
  if (size > (uint32_t)(reader->end - reader->next)) return false;
  *bytes = reader->next;
  reader->next += size;
  return true;
}

// Writes the new body to `room`; its size, 0 where the section is damaged. `globals`: one more than the highest
// number of an exported global that is left.
static uint32_t trim_exports(const caplet_section *section, uint8_t *room, uint32_t *globals)
{
  caplet_reader reader = {section->body, section->body + section->size};
  uint32_t count = 0;
  uint32_t kept = 0;
  uint32_t size = 1;
  *globals = 0;
  if (!caplet_read_u32(&reader, &count)) return 0;
  for (uint32_t index = 0; index < count; index++) {
    const uint8_t *const first = reader.next;
    const uint8_t *name = NULL;
    const uint8_t *kind = NULL;
    uint32_t name_size = 0;
    uint32_t number = 0;
    if (!caplet_read_u32(&reader, &name_size) || !take(&reader, name_size, &name)) return 0;
    if (!take(&reader, 1, &kind) || !caplet_read_u32(&reader, &number)) return 0;
    if (!is_used(name, name_size, *kind)) continue;
    const uint32_t bytes = (uint32_t)(reader.next - first);
    // The count's single byte; exports of one name are the engine's to refuse.
    if (kept == 0x7Fu) return 0;
    memcpy(room + size, first, bytes);
    size += bytes;
    kept++;
    if (*kind == KIND_GLOBAL && number >= *globals) *globals = number < UINT32_MAX ? number + 1u : number;
  }
  room[0] = (uint8_t)kept;
  return reader.next == reader.end ? size : 0;
}

// The first `keep` globals, all where there are no more. Returns the new body's size, 0 where it is damaged.
static uint32_t trim_globals(const caplet_section *section, uint8_t *room, uint32_t keep)
{
  caplet_reader reader = {section->body, section->body + section->size};
  uint32_t count = 0;
  if (!caplet_read_u32(&reader, &count)) return 0;
  if (keep >= count || keep > 0x7Fu) {
    memcpy(room, section->body, section->size);
    return section->size;
  }
  const uint8_t *const first = reader.next;
  for (uint32_t index = 0; index < keep; index++) {
    const uint8_t *head = NULL;
    const uint8_t *end = NULL;
    if (!take(&reader, 3, &head) || head[2] != OPERATOR_I32_CONST) return 0;
    // The constant is signed: its bytes alone matter here.
    do {
      if (!take(&reader, 1, &end)) return 0;
    } while ((*end & 0x80u) != 0);
    if (!take(&reader, 1, &end) || *end != OPERATOR_END) return 0;
  }
  const uint32_t bytes = (uint32_t)(reader.next - first);
  room[0] = (uint8_t)keep;
  memcpy(room + 1, first, bytes);
  return bytes + 1u;
}

// A section of the module; of size 0 where it has none.
static caplet_section find_section(const uint8_t *flash, uint32_t flash_size, uint32_t id)
{
  caplet_reader reader;
  caplet_section section = {id, flash, 0};
  (void)caplet_read_module(&reader, flash, flash_size);
  while (caplet_read_section(&reader, &section)) {
    if (section.id == id) return section;
  }
  section.id = id;
  section.size = 0;
  return section;
}

uint32_t caplet_list_bytes(const uint8_t *flash, uint32_t flash_size)
{
  return find_section(flash, flash_size, CAPLET_SECTION_EXPORT).size +
         find_section(flash, flash_size, CAPLET_SECTION_GLOBAL).size;
}

uint32_t caplet_list_sections(const uint8_t *flash, uint32_t flash_size, caplet_section *sections, uint8_t *room)
{
  caplet_reader reader;
  caplet_section section;
  uint32_t count = 0;
  uint32_t globals = 0;
  const caplet_section exports = find_section(flash, flash_size, CAPLET_SECTION_EXPORT);
  const uint32_t exports_size = trim_exports(&exports, room, &globals);
  (void)caplet_read_module(&reader, flash, flash_size);
  while (count < CAPLET_MAXIMUM_SECTIONS && caplet_read_section(&reader, &section)) {
    if (section.id == CAPLET_SECTION_CUSTOM) continue;
    if (section.id == CAPLET_SECTION_EXPORT) {
      section.body = room;
      section.size = exports_size;
    } else if (section.id == CAPLET_SECTION_GLOBAL) {
      uint8_t *const body = room + exports.size;
      section.size = trim_globals(&section, body, globals);
      section.body = body;
    }
    if (section.size == 0) return 0;
    sections[count] = section;
    count++;
  }
  return count;
}
