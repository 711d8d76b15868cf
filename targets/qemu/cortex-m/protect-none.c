// SPDX-License-Identifier: MIT-0
// Cortex-M0 has no MPU: the host compares checksums of the flash instead (service.h), and a stack that overflows
// leaves RAM at its lower end, which faults by itself.
void protect_flash(void);

void protect_flash(void) {}
