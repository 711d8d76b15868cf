// SPDX-License-Identifier: MIT-0
// What a board provides. Everything else of the firmware is portable.
#ifndef CAPLET_PORT_H
#define CAPLET_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slots.h"

// The board's name, as the host shows it.
extern const char port_name[];

// Clocks, memory protection, serial line. Called once, first.
void port_start(void);

// The next byte from the host; -1 where there is none yet.
int port_receive(void);

// Sleeps until there may be a byte; may return early, must not sleep over one that came before the call.
void port_wait(void);

// Returns when the bytes are on their way.
void port_send(const uint8_t *bytes, size_t length);

// A counter that goes up steadily and wraps after 2^32; it is read around an invoke.
uint32_t port_ticks(void);
uint32_t port_ticks_per_second(void);

// Lowest address of the stack, which grows downwards to it.
uint32_t *port_stack_limit(void);

// Memory for the capsule: as much as the board can spare.
void *port_memory(size_t *size);

// The flash that the firmware occupies, for its checksum.
const uint8_t *port_flash(size_t *size);

// The rest is for replay.c, where an application of your own begins.

// One line of text, its end not included, to where people read it.
void port_log(const char *line);

// Microseconds since the start; wraps after 2^32.
uint32_t port_time_us(void);

// Logs, then stops or restarts the device.
_Noreturn void port_fatal(const char *line);

// Optional, for updates.c: two places in flash for capsules. False where there are none.
bool port_slots(slots_flash *flash);

#endif
