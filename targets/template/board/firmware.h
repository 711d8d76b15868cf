// SPDX-License-Identifier: MIT-0
// !FIXME The capsule that this firmware runs, and how. `caplet compile model.onnx --name my_model -o capsule` writes
// model.h and model.c; add both to your build.
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include "caplet.h"
#include "model.h"

// One of caplet_wamr, caplet_wasm3, caplet_my_model_native; and its name for the host.
#define FIRMWARE_ENGINE caplet_wamr
#define FIRMWARE_ENGINE_NAME "wamr-fast"

// Interpreters: the capsule. Native: caplet_my_model_descriptor.
#define FIRMWARE_FLASH caplet_my_model_capsule
#define FIRMWARE_FLASH_BYTES CAPLET_MY_MODEL_CAPSULE_BYTES

// NULL, or &caplet_kernels_1 for an accelerated capsule.
#define FIRMWARE_KERNELS NULL

#endif
