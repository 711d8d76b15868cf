// SPDX-License-Identifier: MIT-0
// Walks the sections of a WebAssembly module in flash, trusting nothing: every read is checked against the
// end.
#ifndef CAPLET_MODULE_H
#define CAPLET_MODULE_H

#include "caplet.h"

enum {
  CAPLET_SECTION_CUSTOM = 0,
  CAPLET_SECTION_TYPE = 1,
  CAPLET_SECTION_IMPORT = 2,
  CAPLET_SECTION_MEMORY = 5,
  CAPLET_SECTION_GLOBAL = 6,
  CAPLET_SECTION_EXPORT = 7,
  CAPLET_SECTION_CODE = 10,
  CAPLET_SECTION_DATA = 11
};

typedef struct caplet_section {
  uint32_t id;
  const uint8_t *body;
  uint32_t size;
} caplet_section;

typedef struct caplet_reader {
  const uint8_t *next;
  const uint8_t *end;
} caplet_reader;

// False where the bytes do not begin as a WebAssembly module of version 1.
bool caplet_read_module(caplet_reader *reader, const uint8_t *flash, size_t flash_size);

// False at the end, and where the section is cut off: then reader->next < reader->end.
bool caplet_read_section(caplet_reader *reader, caplet_section *section);

// LEB128 of at most 32 bits, in at most 5 bytes.
bool caplet_read_u32(caplet_reader *reader, uint32_t *value);

// What every capsule is: whole sections in the standard's order, each once; no table, no element segment, no
// start function; one memory, which cannot grow.
caplet_status caplet_check_module(const uint8_t *flash, size_t flash_size);

// Everything that the module imports is a kernel of these, with its signature. NULL: it imports nothing.
caplet_status caplet_check_imports(const uint8_t *flash, size_t flash_size, const caplet_kernels *kernels);

// The custom section of that name. CAPLET_ERROR_NOT_A_CAPSULE where there is none, _DAMAGED where there are
// two.
caplet_status caplet_find_custom_section(const uint8_t *flash, size_t flash_size, const char *name,
                                         caplet_section *section);

#endif
