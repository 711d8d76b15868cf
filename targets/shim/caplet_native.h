// SPDX-License-Identifier: MIT-0
// A capsule that was translated to C (wasm2c) and linked into the firmware: still sandboxed, every access
// checked.
#ifndef CAPLET_NATIVE_H
#define CAPLET_NATIVE_H

#include "caplet_engine.h"

#ifdef __cplusplus
extern "C" {
#endif

// What the generated file provides. Each function gets the address of linear memory, `memory_size` bytes.
struct caplet_native_code {
  const uint8_t *descriptor; // the bytes of the section caplet.descriptor
  uint32_t descriptor_size;
  uint32_t memory_size;
  void (*invoke)(uint8_t *memory);
  uint32_t (*selftest)(uint8_t *memory);
  void (*reset)(uint8_t *memory); // NULL where the capsule keeps no state
};

caplet_status caplet_native_open(caplet_capsule *capsule);
caplet_status caplet_native_call(caplet_capsule *capsule, caplet_export function, uint32_t *result);
void caplet_native_close(caplet_capsule *capsule);

// Initializes the engine of one translated capsule.
#define CAPLET_NATIVE_ENGINE(code)                                       \
  {                                                                      \
    caplet_native_open, caplet_native_call, caplet_native_close, &(code) \
  }

#ifdef __cplusplus
}
#endif

#endif
