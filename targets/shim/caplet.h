// SPDX-License-Identifier: MIT-0
// Runs a capsule on a device: one interface for every engine (WAMR, wasm3, code compiled ahead by wasm2c).
// No malloc, no stdio: the caller gives all memory; the capsule's bytes stay in flash, never written, never
// copied (WAMR's classic interpreter alone copies the code section, since it rewrites it).
//
//   static uint8_t memory[12 * 1024];
//   caplet_capsule *capsule;
//   caplet_options options = { .engine = &caplet_wamr, .flash = caplet_ecg_beat_capsule,
//                              .flash_size = sizeof caplet_ecg_beat_capsule,
//                              .memory = memory, .memory_size = sizeof memory };
//   caplet_status status = caplet_open(&capsule, &options);
//   if (status == CAPLET_OK) status = caplet_selftest(capsule);
//   if (status == CAPLET_OK) status = caplet_write_floats(capsule, 0, window, 187);
//   if (status == CAPLET_OK) status = caplet_invoke(capsule);
//   if (status == CAPLET_OK) status = caplet_read_floats(capsule, 0, logits, 4);
//   if (status != CAPLET_OK) port_log(caplet_strerror(status));
//
// Several capsules may be open at once, each with its own memory. Calls are not reentrant: at most one
// function of this header runs at a time in the whole program (threads need a lock around them; interrupts
// must not call).
#ifndef CAPLET_H
#define CAPLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum caplet_status {
  CAPLET_OK = 0,
  CAPLET_ERROR_ARGUMENT,         // a null pointer, or a count that is not the tensor's
  CAPLET_ERROR_INDEX,            // the capsule has no input or output of that number
  CAPLET_ERROR_TYPE,             // floats cannot be converted to or from a tensor of this type
  CAPLET_ERROR_NOT_A_CAPSULE,    // neither a WebAssembly module with a descriptor, nor a bare descriptor
  CAPLET_ERROR_DAMAGED,          // begins as a capsule, but is cut off or contradicts itself
  CAPLET_ERROR_VERSION,          // descriptor of a version that this shim does not know
  CAPLET_ERROR_KERNEL_INTERFACE, // needs host kernels that this firmware lacks, or has in another version
  CAPLET_ERROR_MEMORY,           // options.memory is too small
  CAPLET_ERROR_ENGINE,           // the engine rejects the module
  CAPLET_ERROR_TRAP,             // the capsule trapped: it is damaged, or memory was overwritten
  CAPLET_ERROR_SELFTEST          // the self-test's checksum is wrong
} caplet_status;

// English, one line, never NULL.
const char *caplet_strerror(caplet_status status);

// Numbers of ONNX's TensorProto.DataType, as in the descriptor.
typedef enum caplet_type {
  CAPLET_FLOAT32 = 1,
  CAPLET_UINT8 = 2,
  CAPLET_INT8 = 3,
  CAPLET_UINT16 = 4,
  CAPLET_INT16 = 5,
  CAPLET_INT32 = 6,
  CAPLET_INT64 = 7,
  CAPLET_BOOL = 9, // one byte, 0 or 1
  CAPLET_UINT32 = 12,
  CAPLET_UINT64 = 13
} caplet_type;

#define CAPLET_MAXIMUM_RANK 8

// An input or output: dense, row-major, little-endian, dimensions in the model's own order.
typedef struct caplet_tensor {
  caplet_type type;
  uint32_t rank;
  uint32_t dimensions[CAPLET_MAXIMUM_RANK]; // 0 from rank on
  uint32_t elements;                        // product of the dimensions, 1 for rank 0
  uint32_t offset;                          // in linear memory
  uint32_t bytes;
  bool is_quantized;  // then real = scale * (quantum - zero_point); else scale and zero_point are 0
  float scale;
  int32_t zero_point;
} caplet_tensor;

// What a capsule says of itself. Points into flash.
typedef struct caplet_description {
  const uint8_t *descriptor;
  uint32_t descriptor_size;
  uint32_t inputs;
  uint32_t outputs;
  uint32_t contract;         // 1 onnxruntime, 2 integer, 3 tflite
  uint32_t kernel_interface; // version of the host kernels it imports; 0: none
  uint32_t arena;            // bytes of activations and scratch
  uint32_t state;            // bytes that live from one invoke to the next
  uint32_t total;            // bytes of linear memory
  uint64_t macs;             // multiply-accumulates of one invoke
  uint32_t stack_cells;      // an interpreter's operand stack, see docs/descriptor.md; 0: unknown
  uint32_t stack_frames;
  uint32_t stack_blocks;
  const uint8_t *model_sha256; // 32 bytes: the model file it was compiled from
} caplet_description;

// Reads and checks the descriptor of a capsule: a whole model.wasm, or a bare descriptor (native tier). Runs
// nothing, needs no memory.
caplet_status caplet_describe(const uint8_t *flash, size_t flash_size, caplet_description *description);

// Pre: `description` was filled by caplet_describe (or comes from caplet_description_of).
caplet_status caplet_describe_input(const caplet_description *description, uint32_t index,
                                    caplet_tensor *tensor);
caplet_status caplet_describe_output(const caplet_description *description, uint32_t index,
                                     caplet_tensor *tensor);

// The passive segment in which a model.wasm keeps its weights; size 0 where it has none.
caplet_status caplet_find_weights(const uint8_t *flash, size_t flash_size, const uint8_t **weights,
                                  uint32_t *weights_size);

// How a capsule is executed. Link the one you name and no other is pulled in:
//   caplet_wamr   caplet_wamr.c and WAMR, whose build chooses the fast or the classic interpreter
//   caplet_wasm3  caplet_wasm3.c and wasm3
//   caplet_<model>_native  the capsule's own compiled code, and caplet_native.c
typedef struct caplet_engine caplet_engine;
extern const caplet_engine caplet_wamr;
extern const caplet_engine caplet_wasm3;

// Host kernels of an accelerated capsule, see caplet_kernels.h.
typedef struct caplet_kernels caplet_kernels;

// Where the capsule does not say how much it needs.
#ifndef CAPLET_DEFAULT_STACK_SIZE
#define CAPLET_DEFAULT_STACK_SIZE 2048u
#endif

typedef struct caplet_options {
  const caplet_engine *engine;
  // Interpreters: the whole model.wasm. Native: caplet_<model>_descriptor, or the model.wasm it was made
  // from. Must stay readable until caplet_close.
  const uint8_t *flash;
  size_t flash_size;
  // Everything the capsule needs: handle, engine, linear memory. Any alignment. Its size follows from
  // `caplet fit`, or from caplet_memory_used after a first run with plenty.
  void *memory;
  size_t memory_size;
  // NULL in firmware that runs only portable capsules.
  const caplet_kernels *kernels;
  // Bytes of an interpreter's own operand stack, part of `memory`; 0: what the capsule needs by its descriptor.
  // Less than that is CAPLET_ERROR_MEMORY. Give more where your engine's frames are larger (WAMR built with
  // profiling, exceptions or garbage collection).
  uint32_t stack_size;
} caplet_options;

// Lives at the beginning of options.memory.
typedef struct caplet_capsule caplet_capsule;

// Post: CAPLET_OK and *capsule is open, its state reset; or an error, *capsule NULL, nothing held: `memory`
//       may be used for something else. Nothing later fails for lack of memory.
caplet_status caplet_open(caplet_capsule **capsule, const caplet_options *options);

// Afterwards `memory` is free again. NULL is allowed.
void caplet_close(caplet_capsule *capsule);

const caplet_description *caplet_description_of(const caplet_capsule *capsule);

// Where the tensor's bytes are (caplet_tensor.bytes of them), NULL where there is no such tensor. Valid until
// caplet_close. Inputs may share memory with intermediate results: write all inputs before each invoke, read
// outputs before the next.
void *caplet_input(caplet_capsule *capsule, uint32_t index);
const void *caplet_output(const caplet_capsule *capsule, uint32_t index);

// One inference: the same number of executed WebAssembly operators for every input.
caplet_status caplet_invoke(caplet_capsule *capsule);

// Power-on self-test: a fixed pattern through the network, checksum over weights and outputs. Overwrites
// inputs and outputs; state is reset afterwards.
caplet_status caplet_selftest(caplet_capsule *capsule);

// Forgets everything that earlier invokes left behind. Does nothing where the capsule keeps no state.
caplet_status caplet_reset(caplet_capsule *capsule);

// Bytes of options.memory in use: now, and at most since caplet_open began. What is left above the most is
// never touched by this shim.
typedef struct caplet_memory_usage {
  size_t now;
  size_t most;
} caplet_memory_usage;
caplet_memory_usage caplet_memory_used(const caplet_capsule *capsule);

// Between reals and quanta, by the contract's own rules, bit for bit:
//   quantize    clamp(round_half_even(float32(value / scale)) + zero_point), infinities saturate, NaN gives 0
//   dequantize  float32((quantum - zero_point) * scale)
// Pre: tensor->is_quantized (else both give 0).
int32_t caplet_quantize(const caplet_tensor *tensor, float value);
float caplet_dequantize(const caplet_tensor *tensor, int32_t quantum);

// Whole tensors at once, quantized types by the rules above, float32 as it is. `count` must be the tensor's
// elements.
caplet_status caplet_write_floats(caplet_capsule *capsule, uint32_t input, const float *values, size_t count);
caplet_status caplet_read_floats(const caplet_capsule *capsule, uint32_t output, float *values, size_t count);

#ifdef __cplusplus
}
#endif

#endif
