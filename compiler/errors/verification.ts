// SPDX-License-Identifier: Apache-2.0
// Errors of runtimes, of the reference and of array files.
import type { ErrorEntries } from './entry.js'

export const verificationErrors: ErrorEntries = {
  'not-a-capsule': {
    title: 'The file is no capsule',
    meaning:
      'The file is no WebAssembly module, or a module that Caplet has not built: it lacks the manifest, or it has imports.',
    remedy: 'Give a model.wasm that `caplet compile` has written.',
    example: 'The module has no section caplet.manifest',
  },
  'oracle-version': {
    title: 'Another version of the reference is installed',
    meaning:
      'A contract pins one build of its reference. Another version may round differently, so it is not asked.',
    remedy: 'Install exactly the version that the message names.',
    example: "The contract's reference is onnxruntime-web 1.30.0, but version 1.29.0 is installed.",
  },
  'oracle-load': {
    title: 'The reference does not load the model',
    meaning:
      "The reference itself refuses the model, so there is no result to be equal to. The message has the reference's own words.",
    remedy:
      'Check the file with onnx.checker.check_model, and that the reference has a kernel for every operator.',
    example: 'onnxruntime-web does not load the model: Could not find an implementation for ArgMax(13) node',
  },
  'oracle-run': {
    title: 'The reference could not run the model',
    meaning: 'The model was loaded, but a run of it failed in the reference.',
    remedy: "Check the inputs' names, types and shapes against the model.",
    example: 'onnxruntime-web could not run the model: invalid dimensions for input x',
  },
}
