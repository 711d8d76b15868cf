// SPDX-License-Identifier: MIT-0
// The capsule that this firmware runs, and in how much memory.
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include "chosen.h"

// All of it is the capsule's; `caplet verify --runtime serial:PORT --json` and `caplet fit` say how much is used.
#define FIRMWARE_MEMORY_BYTES CHOSEN_MEMORY_BYTES

#endif
