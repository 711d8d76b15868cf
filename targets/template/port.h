// SPDX-License-Identifier: MIT-0
// What a board provides. Everything else of the firmware is portable.
#ifndef CAPLET_PORT_H
#define CAPLET_PORT_H

#include <stddef.h>
#include <stdint.h>

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

#endif
