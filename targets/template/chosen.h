// SPDX-License-Identifier: MIT-0
// What the build chose to run (caplet_add_service in cmake/caplet-firmware.cmake), in the words of main.c: engine, capsule and
// kernels are named once, in CMakeLists.txt or Kconfig.
#ifndef CAPLET_CHOSEN_H
#define CAPLET_CHOSEN_H

#include "caplet.h"
#include "model.h"

#if defined(CAPLET_CHOSEN_NATIVE)
#include "model.native.h"
#define FIRMWARE_KERNELS NULL
#elif defined(CAPLET_CHOSEN_ACCELERATED)
#include "caplet_kernels_1.h"
#include "model.accelerated.h"
#define FIRMWARE_KERNELS &caplet_kernels_1
#else
#define FIRMWARE_KERNELS NULL
#endif

#define FIRMWARE_ENGINE CAPLET_CHOSEN_ENGINE
#define FIRMWARE_ENGINE_NAME CAPLET_CHOSEN_NAME
#define FIRMWARE_FLASH CAPLET_CHOSEN_FLASH
#define FIRMWARE_FLASH_BYTES CAPLET_CHOSEN_BYTES

// Enough for every network that was measured: linear memory, handle, and an interpreter's translated functions and stack.
#if defined(CAPLET_CHOSEN_NATIVE)
#define CHOSEN_MEMORY_BYTES (CAPLET_CHOSEN_MEMORY + 1024u)
#else
#define CHOSEN_MEMORY_BYTES (CAPLET_CHOSEN_MEMORY + 4u * CAPLET_CHOSEN_CODE + 8192u)
#endif

#endif
