// SPDX-License-Identifier: Apache-2.0
// Errors of runtimes, of the reference and of array files.
import type { ErrorEntries } from './entry.js'

export const verificationErrors = {
  'not-a-capsule': {
    code: 'CAP037',
    title: 'The file is no capsule',
    meaning:
      'The file is no WebAssembly module, or a module that Caplet has not built: it lacks the manifest, or it has imports.',
    remedy: 'Give a model.wasm that `caplet compile` has written.',
    example: 'The module has no section caplet.manifest',
  },
  'oracle-version': {
    code: 'CAP038',
    title: 'Another version of the reference is installed',
    meaning:
      'A contract pins one build of its reference. Another version may round differently, so it is not asked.',
    remedy: 'Install exactly the version that the message names.',
    example: "The contract's reference is onnxruntime-web 1.30.0, but version 1.29.0 is installed.",
  },
  'oracle-load': {
    code: 'CAP039',
    title: 'The reference does not load the model',
    meaning:
      "The reference itself refuses the model, so there is no result to be equal to. The message has the reference's own words.",
    remedy:
      'Check the file with onnx.checker.check_model, and that the reference has a kernel for every operator.',
    example: 'onnxruntime-web does not load the model: Could not find an implementation for ArgMax(13) node',
  },
  'oracle-run': {
    code: 'CAP040',
    title: 'The reference could not run the model',
    meaning: 'The model was loaded, but a run of it failed in the reference.',
    remedy: "Check the inputs' names, types and shapes against the model.",
    example: 'onnxruntime-web could not run the model: invalid dimensions for input x',
  },
  'bad-array': {
    code: 'CAP041',
    title: 'A file of arrays cannot be read or written',
    meaning:
      'The file is no NumPy .npy or .npz, is damaged, holds a type that no edge has, or cannot take as many arrays as there are outputs.',
    remedy: 'Write it with numpy.save or numpy.savez; name a .npz where there are several outputs.',
    example: 'scores.txt ends neither in .npy nor in .npz',
  },
  'missing-input': {
    code: 'CAP042',
    title: 'An input of the capsule is not among the files',
    meaning: 'Every input needs one array, and every array of a .npz must be an input.',
    remedy:
      "Give one .npy per input in the capsule's order, or one .npz that has exactly the inputs by name.",
    example: 'The capsule has 2 inputs ("beat", "rr"), but 1 files were given',
  },
  'type-mismatch': {
    code: 'CAP043',
    title: 'An array has another element type than the input',
    meaning:
      'Values are never converted in silence; only floats for a quantized input are quantized, by the rule of the contract.',
    remedy: 'Save the array in the type that the message names, or as float32.',
    example: 'Input "image" is int8; input.npy has int64',
  },
  'missing-runtime': {
    code: 'CAP044',
    title: 'A runtime that was asked for is not here',
    meaning:
      'A runtime, or the native reference, was named on the command line but is not installed, or it cannot run this file. Unnamed ones are listed as skipped instead.',
    remedy: 'Install it as the message says, or leave it out.',
    example:
      'The runtime wasmtime is not here: neither the Python package nor the program wasmtime is installed',
  },
  'capsule-trap': {
    code: 'CAP045',
    title: 'The capsule trapped',
    meaning:
      'A sound capsule never traps, whatever its inputs. The file is damaged, or this is a fault of Caplet.',
    remedy: 'Compile it again; report it if it still traps.',
    example: 'The capsule trapped in node: memory access out of bounds',
  },
  'capsule-mismatch': {
    code: 'CAP046',
    title: 'The capsule is not one of this model',
    meaning:
      "The capsule's manifest names another model, or inputs and outputs that the model does not have under any option of this version.",
    remedy:
      'Give the model that it was compiled from, compile this one, or verify it with the version that compiled it.',
    example:
      'The capsule was compiled from another model: its manifest names SHA-256 49fe..., beat.onnx has c37b...',
  },
  'selftest-failed': {
    code: 'CAP047',
    title: 'The capsule fails its own self test',
    meaning:
      'The checksum over weights and outputs is not the one that the compiler stored: some bytes of the file have changed. `verify` says so even where every output that it compared is right, `run` before it computes anything.',
    remedy: 'Compile the model again, and do not ship this file.',
    example: 'The outputs are exact, but the capsule fails its own self test in node (result 1)',
  },
  'kernels-selftest': {
    code: 'CAP048',
    title: 'The host kernels of a board compute something else than they should',
    meaning:
      'Firmware runs its host kernels over layers with known outputs when it starts. One differs: a compiler contracted a multiplication and an addition, or the core rounds in another mode. `verify` says so before it compares an accelerated capsule, since random inputs rarely show it.',
    remedy: 'Compile kernels, shim and capsule with -ffp-contract=off, and let the FPU round to nearest.',
    example: 'The host kernels of the board serial:ttyACM0 fail layer 3 of their self-test',
  },
  'firmware-build': {
    code: 'CAP049',
    title: 'The firmware for an emulated board does not build',
    meaning:
      'A compiler, the linker or a check of what they made refused. Most often the capsule does not fit into the memory of the board; the message has the own words of the tool.',
    remedy:
      'Take a board or a tier with more memory, or compare the versions of the tools with the documentation.',
    example: "The firmware does not build: arm-none-eabi-gcc fails: region `FLASH' overflowed by 1024 bytes",
  },
  'device-failed': {
    code: 'CAP050',
    title: 'A board stopped',
    meaning:
      'The board reported a fault (with the registers that tell which), ended, or did not answer in time. A write to its flash and an overflowing stack end so.',
    remedy:
      'Where the board is your own: check its line and its speed, and that it runs the template of this version.',
    example: 'The board cortex-m4:native stopped: fault PC 000000d6 CFSR 00000082 MMFAR 00000100',
  },
  'device-refused': {
    code: 'CAP051',
    title: 'A board does not do what it is asked',
    meaning:
      'The firmware runs, but it could not open the capsule, or does not know the request. The message says why.',
    remedy: 'Build firmware and capsule anew, with the same version of Caplet.',
    example: 'The board serial:ttyACM0 answers: the memory for the capsule is too small',
  },
  'device-capsule': {
    code: 'CAP052',
    title: 'A board runs another capsule',
    meaning:
      'The checksum of what is flashed (of the descriptor, where the capsule is linked as native code) is not that of the capsule to verify. Comparing outputs would say nothing about either.',
    remedy: 'Name the file that was flashed with --capsule, or flash the capsule that was compiled now.',
    example:
      'The board serial:/dev/ttyACM0 runs another compilation of this model than the capsule to verify',
  },
} satisfies ErrorEntries
