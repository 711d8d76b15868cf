// SPDX-License-Identifier: MIT-0
// A capsule alone in a region of flash: how long is it? Its bytes say so, no other record has to be kept in step.
#ifndef CAPLET_STORED_MODEL_H
#define CAPLET_STORED_MODEL_H

#include <stddef.h>
#include <stdint.h>

// Bytes of the module at the beginning of `flash`, which is erased (0xFF) behind it. 0: there is none, or it is cut off.
// A whole module may still be damaged: caplet_open and caplet_selftest find that.
size_t stored_model_bytes(const uint8_t *flash, size_t flash_size);

#endif
