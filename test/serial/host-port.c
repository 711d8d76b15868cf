// SPDX-License-Identifier: Apache-2.0
// targets/template as a program of this machine: its serial line is standard input and output, its flash the capsule.
#define _POSIX_C_SOURCE 200809L
#include "port.h"

#include <poll.h>
#include <stdlib.h>
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
  static uint8_t memory[64 * 1024];
  *size = sizeof memory;
  return memory;
}

const uint8_t *port_flash(size_t *size)
{
  *size = FIRMWARE_FLASH_BYTES;
  return FIRMWARE_FLASH;
}
