// SPDX-License-Identifier: MIT-0
// Tests the capsule, replays stored windows where the sensor's windows will come from, then serves
// `caplet verify --runtime serial:PORT`. Between requests the core sleeps.
#include "firmware.h"
#include "port.h"
#include "replay.h"
#include "service.h"

int main(void)
{
  port_start();
  caplet_options options = {
      .engine = &FIRMWARE_ENGINE,
      .flash = FIRMWARE_FLASH,
      .flash_size = FIRMWARE_FLASH_BYTES,
      .kernels = FIRMWARE_KERNELS,
  };
  options.memory = port_memory(&options.memory_size);
  replay_run(&options);
  service_run(&options, FIRMWARE_ENGINE_NAME);
}
