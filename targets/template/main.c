// SPDX-License-Identifier: MIT-0
// Firmware that runs one capsule for a host on the serial line. In a product, invoke the capsule where the sensor's
// window is complete instead (caplet.h begins with an example).
#include "firmware.h"
#include "port.h"
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
  service_run(&options, FIRMWARE_ENGINE_NAME);
}
