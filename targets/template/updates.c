// SPDX-License-Identifier: MIT-0
#include "updates.h"

#include "port.h"
#include "replay.h"
#include "slots.h"

static void log_choice(uint32_t slot)
{
  static const char *const lines[] = {"caplet: capsule of slot 0", "caplet: capsule of slot 1", "caplet: the image's capsule"};
  port_log(lines[slot]);
}

caplet_options updates_start(const caplet_options *image)
{
  caplet_options chosen = *image;
  slots_flash flash;
  uint32_t slot = SLOTS_IMAGE;
  if (port_slots(&flash)) {
    slot = slots_choose(&flash, image, &chosen);
    log_choice(slot);
  }
  if (slot == SLOTS_IMAGE || replay_knows(&chosen)) replay_run(&chosen);
  if (slot < SLOTS) port_log(slots_confirm(&flash, slot) ? "caplet: confirmed" : "caplet: not confirmed");
  return chosen;
}
