// SPDX-License-Identifier: Apache-2.0
// targets/template as a program of this machine: its serial line is standard input and output, its flash the capsule.
#define _POSIX_C_SOURCE 200809L
#include "port.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "firmware.h"

const char port_name[] = "host";

#define STACK_BYTES (64u * 1024u)

static uint32_t *stack_limit;

void port_start(void)
{
  stack_limit = (uint32_t *)__builtin_frame_address(0) - STACK_BYTES / sizeof(uint32_t);
}

int port_receive(void)
{
  static uint8_t bytes[64];
  static ssize_t count, next;
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  if (next == count) {
    next = count = 0;
    if (poll(&input, 1, 0) <= 0) return -1;
    count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count <= 0) exit(0);
  }
  return bytes[next++];
}

void port_wait(void)
{
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  (void)poll(&input, 1, -1);
}

void port_send(const uint8_t *bytes, size_t length)
{
  for (size_t sent = 0; sent < length;) {
    ssize_t count = write(STDOUT_FILENO, bytes + sent, length - sent);
    if (count <= 0) exit(1);
    sent += (size_t)count;
  }
}

uint32_t port_ticks(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint32_t)now.tv_sec * 1000000000u + (uint32_t)now.tv_nsec;
}

uint32_t port_ticks_per_second(void)
{
  return 1000000000u;
}

uint32_t *port_stack_limit(void)
{
  return stack_limit;
}

void *port_memory(size_t *size)
{
  static uint8_t memory[256 * 1024];
  *size = sizeof memory;
  return memory;
}

const uint8_t *port_flash(size_t *size)
{
  *size = FIRMWARE_FLASH_BYTES;
  return FIRMWARE_FLASH;
}

void port_log(const char *line)
{
  printf("%s\n", line);
  fflush(stdout);
}

uint32_t port_time_us(void)
{
  return port_ticks() / 1000u;
}

_Noreturn void port_fatal(const char *line)
{
  port_log(line);
  exit(1);
}

// A file stands in for the flash: two slots, one behind the other. It keeps what is written.
#define SLOT_BYTES (128u * 1024u)
static uint8_t slots[SLOTS][SLOT_BYTES] __attribute__((aligned(16)));

static bool save(void)
{
  FILE *file = fopen(getenv("CAPLET_SLOTS"), "wb");
  if (file == NULL) return false;
  const bool is_written = fwrite(slots, 1, sizeof slots, file) == sizeof slots;
  return fclose(file) == 0 && is_written;
}

static bool erase_slot(uint32_t slot)
{
  memset(slots[slot], 0xFF, SLOT_BYTES);
  return save();
}

static bool write_slot(uint32_t slot, size_t offset, const uint8_t *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) slots[slot][offset + i] &= bytes[i];
  return save();
}

bool port_slots(slots_flash *flash)
{
  const slots_flash both = {{slots[0], slots[1]}, SLOT_BYTES, erase_slot, write_slot};
  const char *path = getenv("CAPLET_SLOTS");
  FILE *file = path == NULL ? NULL : fopen(path, "rb");
  if (file == NULL) return false;
  memset(slots, 0xFF, sizeof slots);
  (void)!fread(slots, 1, sizeof slots, file);
  (void)fclose(file);
  *flash = both;
  return true;
}
