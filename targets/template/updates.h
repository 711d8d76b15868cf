// SPDX-License-Identifier: MIT-0
// What a firmware with slots for capsules (slots.h) does when it starts.
#ifndef CAPLET_UPDATES_H
#define CAPLET_UPDATES_H

#include "caplet.h"

// Takes the newest sound capsule of the board's slots, or the image's; replays the stored windows where they were made
// for it, and confirms it. Your firmware confirms later: when the capsule has done its work for as long as you trust it to.
caplet_options updates_start(const caplet_options *image);

#endif
