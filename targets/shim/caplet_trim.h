// SPDX-License-Identifier: MIT-0
// For engines that keep an object and a name in RAM for every export and every global: a module without those that
// neither they nor the shim use. Inputs and outputs are found through the descriptor.
#ifndef CAPLET_TRIM_H
#define CAPLET_TRIM_H

#include "caplet_module.h"

// Other than custom sections there is at most one of each of 13 kinds.
#define CAPLET_MAXIMUM_SECTIONS 13u

// How much room caplet_list_sections needs.
uint32_t caplet_list_bytes(const uint8_t *flash, uint32_t flash_size);

// Fills `sections` in the module's order, custom ones left out; returns how many, 0 where one is damaged. Of the
// exports stay the functions that the shim calls and the globals by which WAMR sizes linear memory; of the globals
// those up to the last that is exported still, under their own numbers: an engine refuses code that uses another.
// Their new bodies are in `room`, all others in flash. Pre: caplet_check_module accepts the module.
uint32_t caplet_list_sections(const uint8_t *flash, uint32_t flash_size, caplet_section *sections, uint8_t *room);

#endif
