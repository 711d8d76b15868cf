// SPDX-License-Identifier: MIT-0
// What the C library asks of a system. It gets no heap: all memory is the capsule's, and an allocation behind its back
// must fail.
#include <stddef.h>

void *_sbrk(ptrdiff_t increment);

void *_sbrk(ptrdiff_t increment)
{
  (void)increment;
  return (void *)-1;
}
