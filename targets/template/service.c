// SPDX-License-Identifier: MIT-0
#include "service.h"

#include <string.h>

#include "caplet_kernels.h"
#include "frames.h"
#include "measure.h"
#include "port.h"

typedef struct {
  caplet_capsule *capsule; // NULL where it did not open
  const caplet_options *options;
  const char *engine;
  measure_result opening;
  measure_result kernels_test;
  uint32_t kernels_result;
  frames_receiver receiver;
  // The last reply, kept for a repeated request.
  uint8_t reply[FRAMES_PAYLOAD_BYTES];
  size_t reply_bytes;
  uint8_t reply_kind;
  uint8_t sequence;
  bool has_replied;
  bool is_greeted;
} service;

static service the;

// A request's payload, read from the front. `is_short` once it held less than was asked for.
typedef struct {
  const uint8_t *bytes;
  size_t left;
  bool is_short;
} reader;

static uint32_t take(reader *from, size_t size)
{
  uint32_t value = 0;
  if (from->left < size) {
    from->is_short = true;
    return 0;
  }
  for (size_t i = 0; i < size; i++) value |= (uint32_t)from->bytes[i] << (8u * i);
  from->bytes += size;
  from->left -= size;
  return value;
}

static void put(uint32_t value, size_t size)
{
  for (size_t i = 0; i < size; i++) the.reply[the.reply_bytes + i] = (uint8_t)(value >> (8u * i));
  the.reply_bytes += size;
}

static void put_text(const char *text)
{
  size_t room = sizeof the.reply - the.reply_bytes - 1u;
  size_t length = strlen(text);
  if (length > room) length = room;
  memcpy(the.reply + the.reply_bytes, text, length);
  the.reply[the.reply_bytes + length] = 0;
  the.reply_bytes += length + 1u;
}

static uint8_t put_bytes(const uint8_t *bytes, size_t available, uint32_t offset, uint32_t length)
{
  if (length > sizeof the.reply - 1u || offset > available || length > available - offset) return SERVICE_OUT_OF_RANGE;
  memcpy(the.reply + the.reply_bytes, bytes + offset, length);
  the.reply_bytes += length;
  return SERVICE_OK;
}

static caplet_status open_capsule(caplet_capsule *none)
{
  (void)none;
  return caplet_open(&the.capsule, the.options);
}

static caplet_status test_kernels(caplet_capsule *none)
{
  (void)none;
  size_t size = the.options->memory_size;
  the.kernels_result = the.options->kernels->selftest(the.options->memory, size < UINT32_MAX ? (uint32_t)size : UINT32_MAX);
  return CAPLET_OK;
}

static bool has_kernels(void)
{
  return the.options->kernels != NULL && the.options->kernels->selftest != NULL;
}

static uint8_t hello(void)
{
  const caplet_description *description = caplet_description_of(the.capsule);
  caplet_memory_usage memory = caplet_memory_used(the.capsule);
  put(SERVICE_PROTOCOL, 2);
  put(FRAMES_PAYLOAD_BYTES, 2);
  put(port_ticks_per_second(), 4);
  put(measure_empty_ticks(), 4);
  put(the.opening.ticks, 4);
  put(the.opening.stack_bytes, 4);
  put((uint32_t)memory.now, 4);
  put((uint32_t)memory.most, 4);
  put((uint32_t)the.options->memory_size, 4);
  put(description->descriptor_size, 4);
  put_text(port_name);
  put_text(the.engine);
  return SERVICE_OK;
}

static uint8_t descriptor(reader *request)
{
  const caplet_description *description = caplet_description_of(the.capsule);
  uint32_t offset = take(request, 4);
  uint32_t length = take(request, 2);
  return put_bytes(description->descriptor, description->descriptor_size, offset, length);
}

static uint8_t write_input(reader *request)
{
  uint32_t index = take(request, 2);
  uint32_t offset = take(request, 4);
  caplet_tensor tensor;
  caplet_status status = caplet_describe_input(caplet_description_of(the.capsule), index, &tensor);
  if (status != CAPLET_OK) return (uint8_t)status;
  if (offset > tensor.bytes || request->left > tensor.bytes - offset) return SERVICE_OUT_OF_RANGE;
  memcpy((uint8_t *)caplet_input(the.capsule, index) + offset, request->bytes, request->left);
  return SERVICE_OK;
}

static uint8_t read_output(reader *request)
{
  uint32_t index = take(request, 2);
  uint32_t offset = take(request, 4);
  uint32_t length = take(request, 2);
  caplet_tensor tensor;
  caplet_status status = caplet_describe_output(caplet_description_of(the.capsule), index, &tensor);
  if (status != CAPLET_OK) return (uint8_t)status;
  return put_bytes(caplet_output(the.capsule, index), tensor.bytes, offset, length);
}

static uint8_t call(measure_call function, reader *request)
{
  bool with_stack = (take(request, 1) & 1u) != 0;
  measure_result result = measure(function, the.capsule, with_stack);
  put(result.ticks, 4);
  put(result.stack_bytes, 4);
  return (uint8_t)result.status;
}

// Every capsule has an output, and the shim says where it lies in linear memory.
static uint8_t read_memory(reader *request)
{
  const caplet_description *description = caplet_description_of(the.capsule);
  uint32_t address = take(request, 4);
  uint32_t length = take(request, 2);
  caplet_tensor tensor;
  caplet_status status = caplet_describe_output(description, 0, &tensor);
  if (status != CAPLET_OK) return (uint8_t)status;
  const uint8_t *memory = (const uint8_t *)caplet_output(the.capsule, 0) - tensor.offset;
  return put_bytes(memory, description->total, address, length);
}

static uint8_t checksum(void)
{
  size_t size;
  const uint8_t *flash = port_flash(&size);
  put(frames_crc32(0, the.options->flash, the.options->flash_size), 4);
  put((uint32_t)the.options->flash_size, 4);
  put(frames_crc32(0, flash, size), 4);
  return SERVICE_OK;
}

static uint8_t kernels(void)
{
  if (!has_kernels()) return SERVICE_NO_KERNELS;
  put(the.kernels_result, 4);
  put(the.kernels_test.ticks, 4);
  put(the.kernels_test.stack_bytes, 4);
  return SERVICE_OK;
}

static uint8_t answer(uint8_t kind, reader *request)
{
  if (kind == SERVICE_HELLO) the.is_greeted = true;
  if (!the.is_greeted) return SERVICE_RESTARTED;
  if (the.capsule == NULL) return (uint8_t)the.opening.status;
  switch (kind) {
    case SERVICE_HELLO: return hello();
    case SERVICE_DESCRIPTOR: return descriptor(request);
    case SERVICE_WRITE_INPUT: return write_input(request);
    case SERVICE_INVOKE: return call(caplet_invoke, request);
    case SERVICE_READ_OUTPUT: return read_output(request);
    case SERVICE_SELFTEST: return call(caplet_selftest, request);
    case SERVICE_RESET: return (uint8_t)caplet_reset(the.capsule);
    case SERVICE_READ_MEMORY: return read_memory(request);
    case SERVICE_CHECKSUM: return checksum();
    case SERVICE_KERNELS: return kernels();
    default: return SERVICE_UNKNOWN_KIND;
  }
}

static void serve(const frames_frame *frame)
{
  // A hello begins a new conversation: its sequence number says nothing about an earlier one's.
  bool is_repeated = the.has_replied && frame->kind != SERVICE_HELLO && frame->sequence == the.sequence &&
                     (frame->kind | 0x80u) == the.reply_kind;
  if (!is_repeated) {
    reader request = {frame->payload, frame->payload_bytes, false};
    the.sequence = frame->sequence;
    the.reply_kind = (uint8_t)(frame->kind | 0x80u);
    the.reply_bytes = 1;
    uint8_t status = answer(frame->kind, &request);
    if (request.is_short) status = SERVICE_MALFORMED;
    the.reply[0] = status;
    if (status != SERVICE_OK) the.reply_bytes = 1;
    the.has_replied = true;
  }
  const frames_frame reply = {the.reply_kind, the.sequence, the.reply_bytes, the.reply};
  frames_send(&reply, port_send);
}

void service_run(const caplet_options *options, const char *engine)
{
  the.options = options;
  the.engine = engine;
  if (has_kernels()) the.kernels_test = measure(test_kernels, NULL, true);
  the.opening = measure(open_capsule, NULL, true);
  for (;;) {
    int byte = port_receive();
    frames_frame frame;
    if (byte < 0) port_wait();
    else if (frames_receive(&the.receiver, (uint8_t)byte, &frame)) serve(&frame);
  }
}
