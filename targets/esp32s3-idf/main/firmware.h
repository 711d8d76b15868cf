// SPDX-License-Identifier: MIT-0
// The capsule that this firmware runs, and how: keep it in step with CAPLET_ENGINE in CMakeLists.txt.
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include "caplet.h"
#include "model.h"

// caplet_wamr, caplet_wasm3, or caplet_model_native with "model.native.h".
#define FIRMWARE_ENGINE caplet_wamr
#define FIRMWARE_ENGINE_NAME "wamr-fast"

// Interpreters: the capsule. Native: caplet_model_descriptor.
#define FIRMWARE_FLASH caplet_model_capsule
#define FIRMWARE_FLASH_BYTES CAPLET_MODEL_CAPSULE_BYTES

// &caplet_kernels_1 for an accelerated capsule, with "caplet_kernels_1.h" and ACCELERATED in main/CMakeLists.txt.
#define FIRMWARE_KERNELS NULL

// All of it is the capsule's; the service measures how much is used.
#define FIRMWARE_MEMORY_BYTES (48u * 1024u)

// 1: the partition "capsule" may hold a newer one. 0 for native code, which cannot be replaced alone.
#define FIRMWARE_HAS_STORED_MODEL 1

#endif
