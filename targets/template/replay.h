// SPDX-License-Identifier: MIT-0
// Stored windows through the capsule, where windows of a sensor will come from: each output is compared with the one that
// the capsule gave on a computer. windows.h is written by make-windows.mjs.
#ifndef CAPLET_REPLAY_H
#define CAPLET_REPLAY_H

#include "caplet.h"

// Opens the capsule, tests it, runs every window, closes it, and logs one line each:
//
//   caplet: self-test passed
//   caplet: window 0 of 4 exact, 1234 us
//   caplet: replay finished
//
// Anything else ends in port_fatal.
void replay_run(const caplet_options *options);

// Whether the windows were made for this capsule's model.
bool replay_knows(const caplet_options *options);

#endif
