// SPDX-License-Identifier: MIT-0
#include "fault.h"

#include <string.h>

#include "frames.h"
#include "port.h"
#include "service.h"

void fault_report(const fault_value *values, size_t count)
{
  static uint8_t text[FRAMES_PAYLOAD_BYTES < 96u ? FRAMES_PAYLOAD_BYTES : 96u];
  size_t length = 5;
  memcpy(text, "fault", length);
  for (size_t i = 0; i < count; i++) {
    size_t name = strlen(values[i].name);
    if (length + name + 10u > sizeof text) break;
    text[length++] = ' ';
    memcpy(text + length, values[i].name, name);
    length += name;
    text[length++] = ' ';
    for (uint32_t shift = 32; shift > 0; shift -= 4) {
      text[length++] = (uint8_t)"0123456789abcdef"[(values[i].value >> (shift - 4u)) & 15u];
    }
  }
  const uint8_t end = 0;
  port_send(&end, 1); // ends whatever was being sent
  const frames_frame frame = {SERVICE_FAULT, 0, length, text};
  frames_send(&frame, port_send);
  for (;;) {
  }
}
