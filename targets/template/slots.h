// SPDX-License-Identifier: MIT-0
// Two places in flash for capsules that came over the air. The newest sound one runs; the image's own runs where neither
// is. Power may fail at any moment: what runs is never erased or half written.
//
//   slot  | capsule | ... erased ... | record, 32 bytes | 3 trial starts | confirmed | erased | receiving |
//                                    ^ size - SLOTS_RECORD_BYTES            each of these is a mark of SLOTS_UNIT bytes
//
// A capsule gets its record last, after every check. It is on trial until slots_confirm: after SLOTS_TRIALS starts
// without that it counts as broken, and the other slot runs again.
#ifndef CAPLET_SLOTS_H
#define CAPLET_SLOTS_H

#include "caplet.h"

#define SLOTS 2u
#define SLOTS_IMAGE SLOTS // instead of a slot: the capsule in the image
#define SLOTS_TRIALS 3u
// Every write is a whole number of these, at a multiple of them, into erased flash, and once.
#define SLOTS_UNIT 16u
#define SLOTS_RECORD_BYTES 128u

typedef struct slots_flash {
  const uint8_t *bytes[SLOTS]; // where they are read, aligned to 16
  size_t size;                 // of each, a multiple of SLOTS_UNIT
  bool (*erase)(uint32_t slot);
  bool (*write)(uint32_t slot, size_t offset, const uint8_t *bytes, size_t length);
} slots_flash;

typedef enum slots_result {
  SLOTS_OK = 0,
  SLOTS_CUT_OFF,     // no whole module, or no room left for its record
  SLOTS_CHECKSUM,    // other bytes than were sent
  SLOTS_OTHER_EDGES, // other inputs, outputs or contract than the image's capsule
  SLOTS_REFUSED,     // does not open in this firmware, or fails its self-test
  SLOTS_WRITE        // the flash does not take the record
} slots_result;

const char *slots_strerror(slots_result result);

// Erases the slot to which the next capsule is written from its beginning, while `running` (a slot, or SLOTS_IMAGE) runs.
bool slots_receive(const slots_flash *flash, uint32_t running, uint32_t *slot);

// Checks the capsule that was written there, and makes it the one to run from the next start on. Check its signature
// before. `crc`: frames_crc32 of its bytes as the sender knows it; NULL: unknown. `image`: the image's capsule, how it
// is run, and memory for the self-test (close what is open there). After anything but SLOTS_OK the slot is not used.
slots_result slots_install(const slots_flash *flash, uint32_t slot, const uint32_t *crc, const caplet_options *image);

// Once per start. Returns the slot to run, its trial counted, or SLOTS_IMAGE; `chosen` is how. Uses the memory of `image`.
// Installs first what a programmer wrote to an erased slot; what slots_receive began is left to slots_install.
uint32_t slots_choose(const slots_flash *flash, const caplet_options *image, caplet_options *chosen);

// The capsule works: call it before another is received, and not before the firmware has done its work with it.
bool slots_confirm(const slots_flash *flash, uint32_t slot);

#endif
