// SPDX-License-Identifier: Apache-2.0
// The engines that a test program was linked with, as its build names them.
#ifndef ENGINES_H
#define ENGINES_H

#include "caplet.h"

ENGINE_DECLARATIONS
static const caplet_engine *const engines[ENGINES] = {ENGINE_SYMBOLS};

#endif
