// SPDX-License-Identifier: MIT-0
// The last words of a board: one frame of text (service.h: kind 255), then nothing more.
#ifndef CAPLET_FAULT_H
#define CAPLET_FAULT_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *name;
  uint32_t value;
} fault_value;

// Sends "fault NAME 0123abcd ...".
__attribute__((noreturn)) void fault_report(const fault_value *values, size_t count);

#endif
