// SPDX-License-Identifier: Apache-2.0
// Two slots for capsules in a simulated flash, driven line by line from standard input. Argument: the image's capsule.
//
//   receive FILE CRC-CHANGE POWER   the update: erase, write in pieces, install
//   write FILE SLOT                 by a programmer
//   start POWER                     choose and run: prints which, and the capsule's output
//   confirm POWER
//
// POWER: bytes that can be erased or written before the power fails, -1 for any number; then "power" is printed, and what was
// running no longer runs.
#include "slots.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines.h"
#include "frames.h"

enum { SLOT_BYTES = 2048, PIECE = 64 };

static _Alignas(16) uint8_t slots[SLOTS][SLOT_BYTES];
static _Alignas(16) uint8_t memory[100000];
static uint8_t file_bytes[2][SLOT_BYTES];
static long power;
static jmp_buf power_fails;

static void spend(void)
{
  if (power == 0) longjmp(power_fails, 1);
  if (power > 0) power--;
}

static bool erase_slot(uint32_t slot)
{
  for (size_t i = 0; i < SLOT_BYTES; i++) {
    spend();
    slots[slot][i] = 0xFF;
  }
  return true;
}

static bool write_slot(uint32_t slot, size_t offset, const uint8_t *bytes, size_t length)
{
  if (offset % SLOTS_UNIT != 0 || length % SLOTS_UNIT != 0 || offset + length > SLOT_BYTES) abort();
  for (size_t i = 0; i < length; i++) {
    spend();
    // Once, and only where it is erased.
    if (slots[slot][offset + i] != 0xFF) abort();
    slots[slot][offset + i] &= bytes[i];
  }
  return true;
}

static const slots_flash flash = {{slots[0], slots[1]}, SLOT_BYTES, erase_slot, write_slot};
static caplet_options image;
static uint32_t running = SLOTS_IMAGE;

static size_t read_file(const char *path, uint8_t *bytes)
{
  FILE *const file = fopen(path, "rb");
  if (file == NULL) exit(2);
  const size_t size = fread(bytes, 1, SLOT_BYTES, file);
  (void)fclose(file);
  return size;
}

static void receive(const char *path, uint32_t change)
{
  uint32_t slot;
  memset(file_bytes[1], 0xFF, SLOT_BYTES);
  const size_t size = read_file(path, file_bytes[1]);
  const uint32_t crc = frames_crc32(0, file_bytes[1], size) ^ change;
  if (!slots_receive(&flash, running, &slot)) exit(5);
  for (size_t at = 0; at < size; at += PIECE) (void)flash.write(slot, at, file_bytes[1] + at, PIECE);
  printf("%s\n", slots_strerror(slots_install(&flash, slot, &crc, &image)));
}

static void start(void)
{
  caplet_options chosen;
  caplet_capsule *capsule;
  running = slots_choose(&flash, &image, &chosen);
  if (caplet_open(&capsule, &chosen) != CAPLET_OK || caplet_invoke(capsule) != CAPLET_OK) exit(3);
  const uint8_t *const output = caplet_output(capsule, 0);
  printf("%u %d\n", running, output[0]);
  caplet_close(capsule);
}

static void obey(const char *line)
{
  char path[256];
  unsigned change = 0;
  if (sscanf(line, "receive %255s %u %ld", path, &change, &power) == 3) receive(path, change);
  else if (sscanf(line, "write %255s %u", path, &change) == 2) (void)read_file(path, slots[change]);
  else if (sscanf(line, "start %ld", &power) == 1) start();
  else if (sscanf(line, "confirm %ld", &power) == 1) printf("%s\n", slots_confirm(&flash, running) ? "confirmed" : "not confirmed");
  else exit(4);
}

int main(int count, char **arguments)
{
  static char line[512];
  if (count != 2) return 1;
  memset(slots, 0xFF, sizeof slots);
  image.engine = engines[0];
  image.flash = file_bytes[0];
  image.flash_size = read_file(arguments[1], file_bytes[0]);
  image.memory = memory;
  image.memory_size = sizeof memory;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (setjmp(power_fails) == 0) {
      obey(line);
    } else {
      running = SLOTS_IMAGE;
      printf("power\n");
    }
  }
  return 0;
}
