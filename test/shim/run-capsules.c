// SPDX-License-Identifier: Apache-2.0
// Runs capsules on the host for the tests. Arguments: the bytes of memory per capsule, then one or more
// capsule files (for the native engine: descriptors). Each file is mapped read-only, so that a write to
// "flash" ends the program.
//
// Input: samples for all capsules in turn: the inputs of the first, of the second, ... Output: for each, one
// byte, the status of invoke, and its outputs. All capsules stay open meanwhile. What else there is to say
// (memory used, why a capsule does not open) goes to standard error as "key value" lines.
// STACK_SIZE in the environment: options.stack_size.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "caplet.h"
#include "engines.h"
#ifdef KERNELS
#include "caplet_kernels.h"
extern const caplet_kernels KERNELS;
#endif

enum { MAXIMUM = 8 };

static void require(caplet_status status, const char *what)
{
  if (status == CAPLET_OK) return;
  fprintf(stderr, "%s %d\nmessage %s\n", what, (int)status, caplet_strerror(status));
  exit(1);
}

static const uint8_t *map_file(const char *path, size_t *size)
{
  struct stat facts;
  const int file = open(path, O_RDONLY);
  if (file < 0 || fstat(file, &facts) != 0 || facts.st_size == 0) exit(2);
  *size = (size_t)facts.st_size;
  const void *const bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, file, 0);
  if (bytes == MAP_FAILED) exit(2);
  close(file);
  return bytes;
}

static void *memories[MAXIMUM];

static caplet_capsule *open_capsule(const char *path, int index, size_t memory_size)
{
  caplet_capsule *capsule;
  caplet_options options = {0};
  options.engine = engines[index % ENGINES];
  options.flash = map_file(path, &options.flash_size);
  // Exactly as large as it says, so that a sanitizer sees any access beyond.
  memories[index] = malloc(memory_size);
  options.memory = memories[index];
  options.memory_size = memory_size;
#ifdef KERNELS
  options.kernels = &KERNELS;
#endif
  const char *const stack_size = getenv("STACK_SIZE");
  if (stack_size != NULL) options.stack_size = (uint32_t)strtoul(stack_size, NULL, 10);
  require(caplet_open(&capsule, &options), "open");
  require(caplet_selftest(capsule), "selftest");
  const caplet_memory_usage usage = caplet_memory_used(capsule);
  fprintf(stderr, "most %zu\nnow %zu\n", usage.most, usage.now);
  return capsule;
}

// False at the end of the input, which must be between two samples, and where the capsule has no inputs.
static bool read_inputs(caplet_capsule *capsule)
{
  const caplet_description *const description = caplet_description_of(capsule);
  for (uint32_t index = 0; index < description->inputs; index++) {
    caplet_tensor tensor;
    require(caplet_describe_input(description, index, &tensor), "input");
    const size_t got = fread(caplet_input(capsule, index), 1, tensor.bytes, stdin);
    if (got == 0 && index == 0) return false;
    if (got != tensor.bytes) exit(3);
  }
  return description->inputs > 0;
}

static void write_outputs(const caplet_capsule *capsule)
{
  const caplet_description *const description = caplet_description_of(capsule);
  for (uint32_t index = 0; index < description->outputs; index++) {
    caplet_tensor tensor;
    require(caplet_describe_output(description, index, &tensor), "output");
    fwrite(caplet_output(capsule, index), 1, tensor.bytes, stdout);
  }
}

int main(int count, char **arguments)
{
  caplet_capsule *capsules[MAXIMUM];
  const int opened = count - 2;
  if (opened < 1 || opened > MAXIMUM) return 2;
  for (int index = 0; index < opened; index++) {
    capsules[index] = open_capsule(arguments[index + 2], index, strtoul(arguments[1], NULL, 10));
  }
  for (int turn = 0; read_inputs(capsules[turn % opened]); turn++) {
    putchar((int)caplet_invoke(capsules[turn % opened]));
    write_outputs(capsules[turn % opened]);
  }
  // In the order of opening: the engine's shared parts must survive the first one's end.
  for (int index = 0; index < opened; index++) {
    caplet_close(capsules[index]);
    free(memories[index]);
  }
  return 0;
}
