// SPDX-License-Identifier: Apache-2.0
// Errors of the model as a file: its format, versions, graph, names, shapes and types.
import type { ErrorEntries } from './entry.js'

export const modelErrors = {
  'unreadable-model': {
    code: 'CAP007',
    title: 'The file is not a complete model',
    meaning: 'The bytes cannot be decoded as ONNX: the file is empty, truncated, or something else.',
    remedy:
      'Give a complete .onnx file, as onnx.save or an exporter writes it. A file of Git LFS must be fetched first.',
    example: 'The file is empty',
  },
  'unsupported-format': {
    code: 'CAP008',
    title: 'The file has another format',
    meaning: 'The file is a model, but of a format that this version does not compile.',
    remedy:
      'Export the model to ONNX, quantized in QDQ or QOperator form, or convert it to TensorFlow Lite in full integers.',
    example:
      'This is an HDF5 file, as Keras writes them; this version compiles ONNX and TensorFlow Lite models only',
  },
  'unsupported-version': {
    code: 'CAP009',
    title: 'The model is of a version that the reference does not read',
    meaning:
      'The IR version or the operator set is outside the range that both Caplet and the pinned reference know. A newer one may have changed the meaning of an operator, so it is refused rather than guessed.',
    remedy:
      'Export with opset 7 to 26. The `onnx` package writes its newest versions unless told: onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 21)], ir_version=10). An older float model is converted with onnx.version_converter and quantized again.',
    example: 'The model uses operator set 28; 7 to 26 are supported',
  },
  'malformed-model': {
    code: 'CAP010',
    title: 'The model contradicts itself',
    meaning:
      'A tensor is written twice or never, its data has another size than its shape says, or a required part is absent.',
    remedy: 'Run onnx.checker.check_model on it and export it again.',
    example: 'Input "conv_3_out" comes from nowhere: no node, initializer or graph input has that name',
  },
  'cyclic-graph': {
    code: 'CAP011',
    title: 'The graph has a cycle',
    meaning: 'A node needs, through other nodes, its own output. Such a graph has no order of execution.',
    remedy: 'Unroll the loop, or keep the state outside the model as an input and an output.',
    example: 'The graph has a cycle through this node',
  },
  'unsupported-feature': {
    code: 'CAP012',
    title: 'The model uses a part of ONNX that is not supported',
    meaning: 'The part is valid ONNX, but Caplet has no exact form of it.',
    remedy: 'The message names the part; export the model without it.',
    example: 'The model has sparse initializers',
  },
  'unsupported-type': {
    code: 'CAP013',
    title: 'A tensor has an element type that is not supported',
    meaning:
      'Activations are int8 or uint8, float32 at the edges and between some operators; other types appear only where an operator says so.',
    remedy: 'Quantize with 8-bit activations and weights (docs/quantize.md).',
    example: 'Input "x" is not a tensor',
  },
  'unknown-input': {
    code: 'CAP014',
    title: 'A flag names an input that the model does not have',
    meaning: "--shape, or a file of inputs, uses a name that is not among the model's inputs.",
    remedy: 'Use one of the names in the message; `caplet inspect` lists them as well.',
    example: '--shape names "input", but the model\'s inputs are "x"',
  },
  'shape-mismatch': {
    code: 'CAP015',
    title: 'A shape does not fit the model',
    meaning: "--shape may bind dynamic dimensions only: rank and fixed dimensions must be the model's own.",
    remedy: 'Give the same rank and the same fixed dimensions.',
    example: '--shape gives "x" [1,2,187], but the model declares [batch,1,187]',
  },
  'state-mismatch': {
    code: 'CAP058',
    title: 'An output cannot be kept as an input',
    meaning:
      '--state keeps an output of the model inside the capsule, where the next run finds it as an input. Both must exist and mean the same bytes: shape, element type, scale and zero point.',
    remedy:
      'Give the names of an input and an output as the model spells them. Where only one of them is quantized, or they have other scales, keep both float: --io float.',
    example: '--state h_in=h_out cannot be kept: the input is float32 [1,1,8], the output float32 [1,2,8]',
  },
  'unbound-dimension': {
    code: 'CAP016',
    title: 'A dimension of an input is unknown',
    meaning:
      'The input has a dynamic dimension. Memory is planned before anything runs, so every dimension must be a number.',
    remedy: 'Bind it with the flag that the message prints, with your own sizes where it shows 1.',
    example: 'Input "x" has a dynamic shape [batch,1,187]',
  },
} satisfies ErrorEntries
