// SPDX-License-Identifier: MIT-0
// Takes the stored capsule where it is sound, else the one in the image; tests it, replays stored windows where the
// sensor's windows will come from, then serves `caplet verify --runtime serial:PORT`.
#include "firmware.h"
#include "port.h"
#include "replay.h"
#include "service.h"

static caplet_options image_options(void)
{
  caplet_options options = {
      .engine = &FIRMWARE_ENGINE,
      .flash = FIRMWARE_FLASH,
      .flash_size = FIRMWARE_FLASH_BYTES,
      .kernels = FIRMWARE_KERNELS,
  };
  options.memory = port_memory(&options.memory_size);
  return options;
}

#if FIRMWARE_HAS_STORED_MODEL
// An update that was cut off or damaged fails here, and the image's own capsule runs.
static caplet_options choose(void)
{
  caplet_options image = image_options();
  caplet_options stored = image;
  stored.flash = port_read_model(&stored.flash_size);
  if (stored.flash == NULL) return image;
  caplet_status status = replay_check(&stored);
  port_log(status == CAPLET_OK ? "caplet: stored capsule" : caplet_strerror(status));
  return status == CAPLET_OK ? stored : image;
}
#else
static caplet_options choose(void)
{
  return image_options();
}
#endif

void app_main(void);

void app_main(void)
{
  port_start();
  caplet_options options = choose();
  replay_run(&options);
  service_run(&options, FIRMWARE_ENGINE_NAME);
}
