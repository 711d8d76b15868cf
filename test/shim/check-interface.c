// SPDX-License-Identifier: Apache-2.0
// What caplet.h promises beyond running: arguments, indices, types, counts, state, life cycle. Run with a
// capsule that
//   has inputs int8 [3] (scale 0.5, zero point -1), float32 [2], int32 [1]; outputs uint16 [2] (scale 0.25,
// zero point 3),
//   int32 [1]; keeps a counter of invokes as state; copies input 2 to output 1 and adds the counter.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "caplet.h"
#include "engines.h"

static int failures;

#define CHECK(condition)                                       \
  do {                                                         \
    if (!(condition)) {                                        \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
      failures++;                                              \
    }                                                          \
  } while (0)

static uint8_t flash[1 << 16];
static size_t flash_size;
static uint8_t memory[1 << 17];

static caplet_options usual_options(void)
{
  caplet_options options = {0};
  options.engine = engines[0];
  options.flash = flash;
  options.flash_size = flash_size;
  options.memory = memory;
  options.memory_size = sizeof memory;
  return options;
}

static void check_description(void)
{
  caplet_description description;
  caplet_tensor tensor;
  CHECK(caplet_describe(NULL, flash_size, &description) == CAPLET_ERROR_ARGUMENT);
  CHECK(caplet_describe(flash, flash_size, NULL) == CAPLET_ERROR_ARGUMENT);
  CHECK(caplet_describe(flash, 0, &description) == CAPLET_ERROR_NOT_A_CAPSULE);
  CHECK(caplet_describe(flash, 8, &description) == CAPLET_ERROR_NOT_A_CAPSULE);
  CHECK(caplet_describe(flash, flash_size - 1, &description) == CAPLET_ERROR_DAMAGED);
  CHECK(description.descriptor == NULL);
  CHECK(caplet_describe_input(&description, 0, &tensor) == CAPLET_ERROR_ARGUMENT);
  CHECK(caplet_describe(flash, flash_size, &description) == CAPLET_OK);
  CHECK(description.inputs == 3 && description.outputs == 2 && description.state == 16);
  CHECK(description.total == 1024 && description.arena == 1008 && description.kernel_interface == 0);
  CHECK(description.contract == 1 && description.macs == 0 && description.model_sha256[31] == 0xab);
  CHECK(caplet_describe_input(NULL, 0, &tensor) == CAPLET_ERROR_ARGUMENT);
  CHECK(caplet_describe_input(&description, 0, NULL) == CAPLET_ERROR_ARGUMENT);
  CHECK(caplet_describe_input(&description, 3, &tensor) == CAPLET_ERROR_INDEX);
  CHECK(caplet_describe_output(&description, 2, &tensor) == CAPLET_ERROR_INDEX);
  CHECK(caplet_describe_input(&description, 0, &tensor) == CAPLET_OK);
  CHECK(tensor.type == CAPLET_INT8 && tensor.rank == 1 && tensor.dimensions[0] == 3 && tensor.bytes == 3);
  CHECK(tensor.elements == 3 && tensor.is_quantized && tensor.scale == 0.5f && tensor.zero_point == -1);
  CHECK(tensor.dimensions[1] == 0 && tensor.dimensions[7] == 0);
  CHECK(caplet_describe_input(&description, 1, &tensor) == CAPLET_OK);
  CHECK(tensor.type == CAPLET_FLOAT32 && tensor.bytes == 8 && !tensor.is_quantized && tensor.scale == 0.0f);
  // A bare descriptor says the same.
  caplet_description bare;
  CHECK(caplet_describe(description.descriptor, description.descriptor_size, &bare) == CAPLET_OK);
  CHECK(memcmp(&bare, &description, sizeof bare) == 0);
}

static void check_open(void)
{
  caplet_capsule *capsule = (caplet_capsule *)(void *)memory;
  caplet_options options = usual_options();
  CHECK(caplet_open(NULL, &options) == CAPLET_ERROR_ARGUMENT);
  CHECK(caplet_open(&capsule, NULL) == CAPLET_ERROR_ARGUMENT && capsule == NULL);
  options.engine = NULL;
  CHECK(caplet_open(&capsule, &options) == CAPLET_ERROR_ARGUMENT);
  options = usual_options();
  options.memory = NULL;
  CHECK(caplet_open(&capsule, &options) == CAPLET_ERROR_ARGUMENT);
  options = usual_options();
  options.flash = NULL;
  CHECK(caplet_open(&capsule, &options) == CAPLET_ERROR_ARGUMENT);
  // Any alignment, and again and again: nothing stays behind.
  for (size_t skip = 0; skip < 40; skip++) {
    options = usual_options();
    options.memory = memory + skip;
    options.memory_size = sizeof memory - skip;
    CHECK(caplet_open(&capsule, &options) == CAPLET_OK);
    CHECK(((uintptr_t)caplet_input(capsule, 1) & 3u) == 0);
    CHECK(caplet_selftest(capsule) == CAPLET_OK);
    caplet_close(capsule);
  }
  caplet_close(NULL);
}

static void check_nulls(void)
{
  float value = 0;
  CHECK(caplet_invoke(NULL) == CAPLET_ERROR_ARGUMENT && caplet_selftest(NULL) == CAPLET_ERROR_ARGUMENT);
  CHECK(caplet_reset(NULL) == CAPLET_ERROR_ARGUMENT && caplet_description_of(NULL) == NULL);
  CHECK(caplet_input(NULL, 0) == NULL && caplet_output(NULL, 0) == NULL);
  CHECK(caplet_write_floats(NULL, 0, &value, 1) == CAPLET_ERROR_ARGUMENT);
  CHECK(caplet_read_floats(NULL, 0, &value, 1) == CAPLET_ERROR_ARGUMENT);
  CHECK(caplet_memory_used(NULL).most == 0);
  CHECK(caplet_quantize(NULL, 1.0f) == 0 && caplet_dequantize(NULL, 1) == 0.0f);
  CHECK(strcmp(caplet_strerror((caplet_status)-1), "no such error") == 0);
  CHECK(strcmp(caplet_strerror((caplet_status)99), "no such error") == 0);
  for (int status = CAPLET_OK; status <= CAPLET_ERROR_SELFTEST; status++) {
    CHECK(strlen(caplet_strerror((caplet_status)status)) > 5);
  }
}

static void check_floats(caplet_capsule *capsule)
{
  const float values[3] = {0.25f, -0.75f, 1000.0f};
  float got[3] = {0};
  CHECK(caplet_input(capsule, 3) == NULL && caplet_output(capsule, 2) == NULL);
  CHECK(caplet_write_floats(capsule, 0, values, 2) == CAPLET_ERROR_ARGUMENT);
  CHECK(caplet_write_floats(capsule, 0, NULL, 3) == CAPLET_ERROR_ARGUMENT);
  CHECK(caplet_write_floats(capsule, 3, values, 3) == CAPLET_ERROR_INDEX);
  CHECK(caplet_write_floats(capsule, 2, values, 1) == CAPLET_ERROR_TYPE);
  CHECK(caplet_read_floats(capsule, 1, got, 1) == CAPLET_ERROR_TYPE);
  // 0.25 / 0.5 and -0.75 / 0.5 are ties: to the even integers 0 and -2, then the zero point.
  CHECK(caplet_write_floats(capsule, 0, values, 3) == CAPLET_OK);
  const int8_t *const quanta = caplet_input(capsule, 0);
  CHECK(quanta[0] == -1 && quanta[1] == -3 && quanta[2] == 127);
  CHECK(caplet_write_floats(capsule, 1, values, 2) == CAPLET_OK);
  CHECK(memcmp(caplet_input(capsule, 1), values, 8) == 0);
  CHECK(caplet_invoke(capsule) == CAPLET_OK);
  // The capsule writes the quanta 0 and 65535.
  CHECK(caplet_read_floats(capsule, 0, got, 2) == CAPLET_OK);
  CHECK(got[0] == -0.75f && got[1] == 16383.0f);
}

static int32_t count_after(caplet_capsule *capsule, int32_t added)
{
  int32_t result = 0;
  memcpy(caplet_input(capsule, 2), &added, sizeof added);
  CHECK(caplet_invoke(capsule) == CAPLET_OK);
  memcpy(&result, caplet_output(capsule, 1), sizeof result);
  return result;
}

static void check_state(void)
{
  static uint8_t others[1 << 17];
  caplet_capsule *first;
  caplet_capsule *second;
  caplet_options options = usual_options();
  // Memory that is not clean must not matter.
  memset(memory, 0xA5, sizeof memory);
  memset(others, 0x5A, sizeof others);
  CHECK(caplet_open(&first, &options) == CAPLET_OK);
  options.memory = others;
  CHECK(caplet_open(&second, &options) == CAPLET_OK);
  CHECK(count_after(first, 10) == 11 && count_after(first, 10) == 12);
  CHECK(count_after(second, 20) == 21 && count_after(first, 10) == 13);
  CHECK(caplet_reset(first) == CAPLET_OK && count_after(first, 10) == 11 && count_after(second, 20) == 22);
  CHECK(caplet_selftest(second) == CAPLET_OK && count_after(second, 20) == 21);
  check_floats(first);
  caplet_close(first);
  CHECK(count_after(second, 20) == 22);
  CHECK(caplet_memory_used(second).most >= 1024 && caplet_memory_used(second).most < sizeof others);
  caplet_close(second);
}

int main(int count, char **arguments)
{
  FILE *const file = count == 2 ? fopen(arguments[1], "rb") : NULL;
  if (file == NULL) return 2;
  flash_size = fread(flash, 1, sizeof flash, file);
  fclose(file);
  check_description();
  check_open();
  check_nulls();
  check_state();
  return failures == 0 ? 0 : 1;
}
