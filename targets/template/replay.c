// SPDX-License-Identifier: MIT-0
#include "replay.h"

#include <string.h>

#include "caplet_kernels.h"
#include "port.h"
#include "windows.h"

// A line under construction: without stdio, and never longer than its room.
typedef struct {
  char text[80];
  size_t length;
} log_line;

static void add_text(log_line *line, const char *text)
{
  while (*text != 0 && line->length < sizeof line->text - 1u) {
    line->text[line->length] = *text;
    line->length++;
    text++;
  }
  line->text[line->length] = 0;
}

static void add_number(log_line *line, uint32_t number)
{
  char digits[11];
  size_t at = sizeof digits - 1u;
  digits[at] = 0;
  do {
    at--;
    digits[at] = (char)('0' + (char)(number % 10u));
    number /= 10u;
  } while (number > 0);
  add_text(line, digits + at);
}

static void require(caplet_status status, const char *what)
{
  if (status == CAPLET_OK) return;
  log_line line = {.length = 0};
  add_text(&line, "caplet: ");
  add_text(&line, what);
  add_text(&line, ": ");
  add_text(&line, caplet_strerror(status));
  port_fatal(line.text);
}

// Copies a window's inputs, one after the other, to where the capsule reads them.
static void write_inputs(caplet_capsule *capsule, const uint8_t *bytes)
{
  const caplet_description *description = caplet_description_of(capsule);
  for (uint32_t index = 0; index < description->inputs; index++) {
    caplet_tensor tensor;
    require(caplet_describe_input(description, index, &tensor), "input");
    memcpy(caplet_input(capsule, index), bytes, tensor.bytes);
    bytes += tensor.bytes;
  }
}

static bool has_outputs(const caplet_capsule *capsule, const uint8_t *bytes)
{
  const caplet_description *description = caplet_description_of(capsule);
  for (uint32_t index = 0; index < description->outputs; index++) {
    caplet_tensor tensor;
    require(caplet_describe_output(description, index, &tensor), "output");
    if (memcmp(caplet_output(capsule, index), bytes, tensor.bytes) != 0) return false;
    bytes += tensor.bytes;
  }
  return true;
}

static void log_window(uint32_t window, const char *verdict, uint32_t microseconds)
{
  log_line line = {.length = 0};
  add_text(&line, "caplet: window ");
  add_number(&line, window);
  add_text(&line, " of ");
  add_number(&line, WINDOWS);
  add_text(&line, verdict);
  add_number(&line, microseconds);
  add_text(&line, " us");
  port_log(line.text);
}

static void run_window(caplet_capsule *capsule, uint32_t window)
{
  write_inputs(capsule, window_inputs[window]);
  uint32_t begin = port_time_us();
  require(caplet_invoke(capsule), "invoke");
  uint32_t microseconds = port_time_us() - begin;
  bool is_exact = has_outputs(capsule, window_outputs[window]);
  log_window(window, is_exact ? " exact, " : " DIFFERS, ", microseconds);
  if (!is_exact) port_fatal("caplet: an output differs from the computer's");
}

// The windows belong to one model: another's would be read beyond their end.
static void require_model(const caplet_capsule *capsule)
{
  const uint8_t *model = caplet_description_of(capsule)->model_sha256;
  if (memcmp(model, window_model_sha256, sizeof window_model_sha256) != 0) {
    port_fatal("caplet: windows.h was made for another model");
  }
}

// Kernels that a compiler or a rounding mode has changed give outputs that look right.
static void require_kernels(const caplet_options *options)
{
  const caplet_kernels *kernels = options->kernels;
  if (kernels == NULL || kernels->selftest == NULL) return;
  if (kernels->selftest(options->memory, (uint32_t)options->memory_size) == 0) return;
  port_fatal("caplet: the host kernels fail their self-test");
}

void replay_run(const caplet_options *options)
{
  caplet_capsule *capsule;
  require_kernels(options);
  require(caplet_open(&capsule, options), "open");
  require(caplet_selftest(capsule), "self-test");
  port_log("caplet: self-test passed");
  require_model(capsule);
  for (uint32_t window = 0; window < WINDOWS; window++) run_window(capsule, window);
  caplet_close(capsule);
  port_log("caplet: replay finished");
}

bool replay_knows(const caplet_options *options)
{
  caplet_description description;
  if (caplet_describe(options->flash, options->flash_size, &description) != CAPLET_OK) return false;
  return memcmp(description.model_sha256, window_model_sha256, sizeof window_model_sha256) == 0;
}
