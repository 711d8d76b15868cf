// SPDX-License-Identifier: MIT-0
// Record: magic, counter, size and CRC-32 of the capsule, zeros, CRC-32 of all these. The highest counter is the newest.
#include "slots.h"

#include <string.h>

#include "frames.h"
#include "stored_model.h"

#define MAGIC 0x54534C43u // 'CLST'
#define RECORD_BYTES 32u
#define OWN_CRC (RECORD_BYTES - 4u)
#define CONFIRMED (RECORD_BYTES + SLOTS_TRIALS * SLOTS_UNIT)
#define RECEIVING (SLOTS_RECORD_BYTES - SLOTS_UNIT)

typedef struct record {
  uint32_t magic;
  uint32_t counter;
  uint32_t size;
  uint32_t crc;
  uint32_t unused[3];
  uint32_t own_crc; // last, so that a record that is cut off is none
} record;

_Static_assert(sizeof(record) == RECORD_BYTES, "padding in a record");

const char *slots_strerror(slots_result result)
{
  static const char *const messages[] = {
      [SLOTS_OK] = "slot: installed",
      [SLOTS_CUT_OFF] = "slot: no whole capsule",
      [SLOTS_CHECKSUM] = "slot: not the bytes that were sent",
      [SLOTS_OTHER_EDGES] = "slot: other inputs, outputs or contract than this firmware's",
      [SLOTS_REFUSED] = "slot: does not open or fails its self-test",
      [SLOTS_WRITE] = "slot: the flash does not take a record",
  };
  return messages[result];
}

static size_t room(const slots_flash *flash)
{
  return flash->size - SLOTS_RECORD_BYTES;
}

static bool is_erased(const slots_flash *flash, uint32_t slot, size_t offset, size_t length)
{
  const uint8_t *at = flash->bytes[slot] + room(flash) + offset;
  for (size_t i = 0; i < length; i++) {
    if (at[i] != 0xFFu) return false;
  }
  return true;
}

static bool is_marked(const slots_flash *flash, uint32_t slot, size_t offset)
{
  return !is_erased(flash, slot, offset, SLOTS_UNIT);
}

static bool mark(const slots_flash *flash, uint32_t slot, size_t offset)
{
  static const uint8_t zeros[SLOTS_UNIT];
  return flash->write(slot, room(flash) + offset, zeros, SLOTS_UNIT);
}

static uint32_t trials(const slots_flash *flash, uint32_t slot)
{
  uint32_t count = 0;
  while (count < SLOTS_TRIALS && is_marked(flash, slot, RECORD_BYTES + count * SLOTS_UNIT)) count++;
  return count;
}

// False where there is none, or it was cut off.
static bool read_record(const slots_flash *flash, uint32_t slot, record *found)
{
  memcpy(found, flash->bytes[slot] + room(flash), sizeof *found);
  return found->magic == MAGIC && found->own_crc == frames_crc32(0, (const uint8_t *)found, OWN_CRC) &&
         found->size <= room(flash);
}

// The same; false also where the capsule has had its trials.
static bool read_usable(const slots_flash *flash, uint32_t slot, record *found)
{
  if (!read_record(flash, slot, found)) return false;
  return is_marked(flash, slot, CONFIRMED) || trials(flash, slot) < SLOTS_TRIALS;
}

static bool is_same_tensor(const caplet_tensor *a, const caplet_tensor *b)
{
  return a->type == b->type && a->rank == b->rank &&
         memcmp(a->dimensions, b->dimensions, sizeof a->dimensions) == 0 && a->is_quantized == b->is_quantized &&
         memcmp(&a->scale, &b->scale, sizeof a->scale) == 0 && a->zero_point == b->zero_point;
}

static bool has_same_edges(const caplet_options *a, const caplet_options *b)
{
  caplet_description of_a, of_b;
  caplet_tensor in_a, in_b;
  if (caplet_describe(a->flash, a->flash_size, &of_a) != CAPLET_OK) return false;
  if (caplet_describe(b->flash, b->flash_size, &of_b) != CAPLET_OK) return false;
  if (of_a.contract != of_b.contract || of_a.inputs != of_b.inputs || of_a.outputs != of_b.outputs) return false;
  for (uint32_t i = 0; i < of_a.inputs; i++) {
    if (caplet_describe_input(&of_a, i, &in_a) != CAPLET_OK) return false;
    if (caplet_describe_input(&of_b, i, &in_b) != CAPLET_OK || !is_same_tensor(&in_a, &in_b)) return false;
  }
  for (uint32_t i = 0; i < of_a.outputs; i++) {
    if (caplet_describe_output(&of_a, i, &in_a) != CAPLET_OK) return false;
    if (caplet_describe_output(&of_b, i, &in_b) != CAPLET_OK || !is_same_tensor(&in_a, &in_b)) return false;
  }
  return true;
}

static bool passes_selftest(const caplet_options *options)
{
  caplet_capsule *capsule;
  if (caplet_open(&capsule, options) != CAPLET_OK) return false;
  const caplet_status status = caplet_selftest(capsule);
  caplet_close(capsule);
  return status == CAPLET_OK;
}

static slots_result check(const caplet_options *options, const caplet_options *image)
{
  if (!has_same_edges(options, image)) return SLOTS_OTHER_EDGES;
  return passes_selftest(options) ? SLOTS_OK : SLOTS_REFUSED;
}

static caplet_options options_for(const slots_flash *flash, uint32_t slot, size_t size, const caplet_options *image)
{
  caplet_options options = *image;
  options.flash = flash->bytes[slot];
  options.flash_size = size;
  return options;
}

static uint32_t free_slot(const slots_flash *flash, uint32_t running)
{
  record records[SLOTS];
  if (running < SLOTS) return 1u - running;
  if (!read_usable(flash, 0, &records[0])) return 0;
  if (!read_usable(flash, 1, &records[1])) return 1;
  return records[0].counter < records[1].counter ? 0u : 1u;
}

bool slots_receive(const slots_flash *flash, uint32_t running, uint32_t *slot)
{
  *slot = free_slot(flash, running);
  return flash->erase(*slot) && mark(flash, *slot, RECEIVING);
}

static slots_result check_written(const slots_flash *flash, uint32_t slot, const uint32_t *crc,
                                  const caplet_options *image, record *of)
{
  const size_t size = stored_model_bytes(flash->bytes[slot], room(flash));
  if (size == 0) return SLOTS_CUT_OFF;
  of->size = (uint32_t)size;
  of->crc = frames_crc32(0, flash->bytes[slot], size);
  if (crc != NULL && *crc != of->crc) return SLOTS_CHECKSUM;
  const caplet_options options = options_for(flash, slot, size, image);
  return check(&options, image);
}

slots_result slots_install(const slots_flash *flash, uint32_t slot, const uint32_t *crc, const caplet_options *image)
{
  record mine = {.magic = MAGIC}, other;
  if (!is_erased(flash, slot, 0, RECEIVING)) return SLOTS_WRITE;
  const slots_result result = check_written(flash, slot, crc, image, &mine);
  if (result != SLOTS_OK) {
    (void)mark(flash, slot, 0); // never again
    return result;
  }
  mine.counter = read_record(flash, 1u - slot, &other) ? other.counter + 1u : 1u;
  mine.own_crc = frames_crc32(0, (const uint8_t *)&mine, OWN_CRC);
  const bool is_written = flash->write(slot, room(flash), (const uint8_t *)&mine, sizeof mine);
  return is_written && read_record(flash, slot, &other) ? SLOTS_OK : SLOTS_WRITE;
}

static void adopt(const slots_flash *flash, uint32_t slot, const caplet_options *image)
{
  if (!is_erased(flash, slot, 0, SLOTS_RECORD_BYTES)) return;
  if (stored_model_bytes(flash->bytes[slot], room(flash)) > 0) (void)slots_install(flash, slot, NULL, image);
}

// Whether the capsule of a slot is sound, and its trial counted where it is on trial.
static bool take(const slots_flash *flash, uint32_t slot, const record *of, const caplet_options *image,
                 caplet_options *chosen)
{
  const caplet_options options = options_for(flash, slot, of->size, image);
  if (!is_marked(flash, slot, CONFIRMED)) {
    // Before it runs for the first time: a capsule or a check that resets the device has used its trial.
    if (!mark(flash, slot, RECORD_BYTES + trials(flash, slot) * SLOTS_UNIT)) return false;
  }
  if (frames_crc32(0, options.flash, options.flash_size) != of->crc || check(&options, image) != SLOTS_OK) return false;
  *chosen = options;
  return true;
}

uint32_t slots_choose(const slots_flash *flash, const caplet_options *image, caplet_options *chosen)
{
  record records[SLOTS];
  bool is_there[SLOTS];
  for (uint32_t slot = 0; slot < SLOTS; slot++) adopt(flash, slot, image);
  for (uint32_t slot = 0; slot < SLOTS; slot++) is_there[slot] = read_usable(flash, slot, &records[slot]);
  const bool is_second_newer = is_there[1] && (!is_there[0] || records[1].counter > records[0].counter);
  for (uint32_t turn = 0; turn < SLOTS; turn++) {
    const uint32_t slot = (turn == 0) == is_second_newer ? 1u : 0u;
    if (is_there[slot] && take(flash, slot, &records[slot], image, chosen)) return slot;
  }
  *chosen = *image;
  return SLOTS_IMAGE;
}

bool slots_confirm(const slots_flash *flash, uint32_t slot)
{
  record found;
  if (slot >= SLOTS || !read_record(flash, slot, &found)) return slot == SLOTS_IMAGE;
  return is_marked(flash, slot, CONFIRMED) || mark(flash, slot, CONFIRMED);
}
