// SPDX-License-Identifier: Apache-2.0
// Hostile capsules: mutants of a valid one, each a function of its seed. Arguments: "read" or "run", the first seed, how many,
// and the capsule.
//   read  everything that the shim itself reads: description, tensors, sections, weights, imports. In this process.
//   run   caplet_open, self-test, invoke: in a child process each, since a damaged loop may never end.
// A sanitizer ends the program at the first access beyond a buffer. Prints how many mutants ended in which status.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "caplet_kernels.h"
#include "caplet_module.h"
#include "engines.h"

#ifdef KERNELS
extern const caplet_kernels KERNELS;
#endif

enum { STATUSES = 12, ENDLESS = STATUSES, OUTCOMES };

static unsigned long counts[OUTCOMES];

static uint64_t random_state;

// Of 2^32 and below: xorshift64*.
static uint32_t random_below(uint32_t limit)
{
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (uint32_t)(((random_state * 2685821657736338717u) >> 32) % limit);
}

// Most numbers in a module are single bytes; these are at the edges of what readers take.
static uint8_t interesting_byte(void)
{
  static const uint8_t bytes[] = {0, 1, 2, 7, 8, 11, 64, 127, 128, 129, 192, 240, 254, 255};
  return random_below(2) == 0 ? bytes[random_below(sizeof bytes)] : (uint8_t)random_below(256);
}

// Changes `size` bytes of room for twice as many; returns the new size.
static size_t mutate(uint8_t *bytes, size_t size, size_t original)
{
  // Half of the changes hit what readers decide on: the beginning, and the descriptor at the end.
  const uint32_t place = random_below(4);
  const uint32_t reach = original < 600 ? (uint32_t)original : 600u;
  size_t at = random_below((uint32_t)size);
  if (place == 0) at = random_below(reach);
  if (place == 1) at = size - 1 - random_below(reach < 250 ? reach : 250u);
  if (at >= size) at = size - 1;
  switch (random_below(8)) {
    case 0:
      return at;
    case 1:
      memmove(bytes + at, bytes + at + 1, size - at - 1);
      return size - 1;
    case 2:
      if (size == 2 * original) return size;
      memmove(bytes + at + 1, bytes + at, size - at);
      bytes[at] = interesting_byte();
      return size + 1;
    case 3: {
      const size_t from = random_below((uint32_t)size);
      const size_t room = size - (at > from ? at : from);
      memmove(bytes + at, bytes + from, random_below((uint32_t)room + 1));
      return size;
    }
    case 4:
      for (size_t end = at + 4; at < end && at < size; at++) bytes[at] = 0xFF;
      return size;
    default:
      bytes[at] = interesting_byte();
      return size;
  }
}

static void read_everything(const uint8_t *flash, size_t size)
{
  static const caplet_kernel list[] = {{"sum", "(iii)", 0}};
  static const caplet_kernels kernels = {1, "caplet_kernels_1", list, 1, NULL};
  caplet_description description;
  caplet_tensor tensor;
  const uint8_t *weights;
  uint32_t weights_size;
  const caplet_status status = caplet_describe(flash, size, &description);
  counts[status]++;
  for (uint32_t index = 0; status == CAPLET_OK && index < description.inputs; index++) {
    if (caplet_describe_input(&description, index, &tensor) != CAPLET_OK) abort();
    if (tensor.offset > description.total || tensor.bytes > description.total - tensor.offset) abort();
  }
  for (uint32_t index = 0; status == CAPLET_OK && index < description.outputs; index++) {
    if (caplet_describe_output(&description, index, &tensor) != CAPLET_OK) abort();
  }
  if (caplet_find_weights(flash, size, &weights, &weights_size) == CAPLET_OK && weights_size > 0) {
    if (weights < flash || weights_size > size || weights > flash + size - weights_size) abort();
  }
  (void)caplet_check_module(flash, size);
  (void)caplet_check_imports(flash, size, &kernels);
  (void)caplet_check_imports(flash, size, NULL);
}

// The child's exit code: the first status that is not OK.
static caplet_status run_capsule(const uint8_t *flash, size_t size)
{
  enum { MEMORY = 200000 };
  caplet_capsule *capsule;
  caplet_options options = {0};
  options.engine = engines[0];
  options.flash = flash;
  options.flash_size = size;
  options.memory_size = MEMORY;
  options.memory = malloc(MEMORY);
#ifdef KERNELS
  options.kernels = &KERNELS;
#endif
  caplet_status status = caplet_open(&capsule, &options);
  if (status != CAPLET_OK) return status;
  const caplet_status tested = caplet_selftest(capsule);
  status = caplet_invoke(capsule);
  caplet_close(capsule);
  return tested != CAPLET_OK ? tested : status;
}

static void run_in_child(const uint8_t *flash, size_t size, unsigned long seed)
{
  int result = 0;
  fflush(stdout);
  const pid_t child = fork();
  if (child < 0) exit(2);
  if (child == 0) {
    const struct rlimit second = {1, 1};
    setrlimit(RLIMIT_CPU, &second);
    _exit((int)run_capsule(flash, size));
  }
  if (waitpid(child, &result, 0) != child) exit(2);
  if (WIFEXITED(result) && WEXITSTATUS(result) < STATUSES) {
    counts[WEXITSTATUS(result)]++;
  } else if (WIFSIGNALED(result) && (WTERMSIG(result) == SIGKILL || WTERMSIG(result) == SIGXCPU)) {
    counts[ENDLESS]++;
  } else {
    fprintf(stderr, "crash with seed %lu\n", seed);
    exit(1);
  }
}

int main(int count, char **arguments)
{
  static uint8_t original[1 << 18];
  FILE *const file = count == 5 ? fopen(arguments[4], "rb") : NULL;
  if (file == NULL) return 2;
  const size_t original_size = fread(original, 1, sizeof original, file);
  fclose(file);
  const bool runs = strcmp(arguments[1], "run") == 0;
  const unsigned long first = strtoul(arguments[2], NULL, 10);
  const unsigned long mutants = strtoul(arguments[3], NULL, 10);
  for (unsigned long seed = first; seed < first + mutants; seed++) {
    // Exactly as large as the mutant, so that reading one byte too many is seen.
    uint8_t *const work = malloc(2 * original_size);
    size_t size = original_size;
    memcpy(work, original, original_size);
    random_state = (seed + 1) * 0x9E3779B97F4A7C15u;
    for (uint32_t changes = 1 + random_below(6); changes > 0 && size > 0; changes--) {
      size = mutate(work, size, original_size);
    }
    uint8_t *const flash = malloc(size > 0 ? size : 1);
    memcpy(flash, work, size);
    free(work);
    if (runs) run_in_child(flash, size, seed);
    else read_everything(flash, size);
    free(flash);
  }
  for (int outcome = 0; outcome < OUTCOMES; outcome++) printf("%d %lu\n", outcome, counts[outcome]);
  return 0;
}
