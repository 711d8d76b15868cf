// SPDX-License-Identifier: Apache-2.0
// Opens the capsule; compiled only.
#include "model.h"
#include "model.native.h"
#include "windows.h"

caplet_status open_model(caplet_capsule **capsule);

caplet_status open_model(caplet_capsule **capsule)
{
  static uint8_t memory[CAPLET_MODEL_MEMORY_BYTES + 1024u];
  caplet_options options = {
      .engine = &caplet_model_native,
      .flash = caplet_model_descriptor,
      .flash_size = sizeof caplet_model_descriptor,
      .memory = memory,
      .memory_size = sizeof memory,
  };
  caplet_status status = caplet_open(capsule, &options);
  if (status != CAPLET_OK) return status;
  uint8_t *input = caplet_input(*capsule, 0);
  input[0] = window_inputs[WINDOWS - 1u][0];
  return caplet_invoke(*capsule);
}
