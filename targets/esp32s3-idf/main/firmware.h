// SPDX-License-Identifier: MIT-0
// The capsule that this firmware runs, and in how much memory.
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include "chosen.h"

// All of it is the capsule's; `caplet verify --runtime serial:PORT --json` and `caplet fit` say how much is used.
#define FIRMWARE_MEMORY_BYTES CHOSEN_MEMORY_BYTES

// 1: the partition "capsule" may hold a newer one. Native code cannot be replaced alone.
#if defined(CAPLET_CHOSEN_NATIVE)
#define FIRMWARE_HAS_STORED_MODEL 0
#else
#define FIRMWARE_HAS_STORED_MODEL 1
#endif

#endif
