// SPDX-License-Identifier: MIT-0
// Takes the newest sound capsule of the slots, else the one in the image; tests it, replays stored windows where the
// sensor's windows will come from, then serves `caplet verify --runtime serial:PORT`. Between requests the core sleeps.
#include "firmware.h"
#include "port.h"
#include "service.h"
#include "updates.h"

int main(void)
{
  port_start();
  caplet_options image = {
      .engine = &FIRMWARE_ENGINE,
      .flash = FIRMWARE_FLASH,
      .flash_size = FIRMWARE_FLASH_BYTES,
      .kernels = FIRMWARE_KERNELS,
  };
  image.memory = port_memory(&image.memory_size);
  const caplet_options options = updates_start(&image);
  service_run(&options, FIRMWARE_ENGINE_NAME);
}
