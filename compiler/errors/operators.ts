// SPDX-License-Identifier: Apache-2.0
// Errors of single nodes: what has no exact form, or does not fit a device.
import type { ErrorEntries } from './entry.js'

export const operatorErrors = {
  'unsupported-operator': {
    code: 'CAP017',
    title: 'The operator is not supported',
    meaning: 'Caplet has no form of this operator that equals the contract in every bit.',
    remedy: '`caplet operators` lists what there is. Replace the operator, or cut the model in front of it.',
    example: 'Operator STFT is not supported',
  },
  'float-model': {
    code: 'CAP018',
    title: 'The model is not quantized',
    meaning:
      'The model computes in float32 throughout. A capsule computes in 8-bit integers, as the reference does for a quantized model.',
    remedy: 'Quantize it first; docs/quantize.md has a recipe with onnxruntime.quantization.',
    example: 'The model is not quantized',
  },
  'float-sum': {
    code: 'CAP019',
    title: 'The reference leaves a sum of products in float',
    meaning:
      'A convolution, Gemm or MatMul has an integer form, but the reference cannot fuse it, so it computes in float: an input or the output is not quantized, or something stands between the node and its quantization. A float sum costs far more than an integer one on most targets, so it is refused. There are two ways out: --float-islands compiles it to float32, --contract integer keeps it in integers, where a few results differ from those of the reference (`verify` says how many); where the order of its additions is not established, it is refused in any case.',
    remedy:
      'The message names what is in the way. Mostly: do not exclude the node from quantization, and let Relu or Clip be fused into it. Or compile it as it is, in float32: --float-islands; or under another contract, in integers: --contract integer.',
    example: 'It computes in float: "conv1.weight" is not quantized',
  },
  'not-eight-bit': {
    code: 'CAP057',
    title: 'Arithmetic on quanta that are not of 8 bits',
    meaning:
      'The reference has quantized operators for int8 and uint8 only. What it makes of an operator on other quanta is one of many float forms, and which one is not established. QuantizeLinear, DequantizeLinear, casts and copies of 16-bit integers, and those and casts of 4-bit ones, compile; under --contract integer sums of products and elementwise operators do, too.',
    remedy: 'Quantize activations and weights to 8 bits, or compile under --contract integer.',
    example: 'Conv computes on int16 quanta: the reference has no quantized form of it',
  },
  'float-function': {
    code: 'CAP020',
    title: 'A float function has no quantized input',
    meaning:
      'A function is compiled to a table over one or two quantized inputs. This one is applied to a float tensor that is something else.',
    remedy:
      'Put a QuantizeLinear and a DequantizeLinear in front of the node, or behind it where the message says so.',
    example: 'Tanh is applied to a float tensor that is not a function of one or two quantized tensors',
  },
  'float-order': {
    code: 'CAP021',
    title: 'The order of a float sum is not known',
    meaning:
      'The reference computes this operator in float, and the order in which it adds up depends on how it happens to store the tensor, or has not been established. Another order gives other bits, so it is refused.',
    remedy: 'The message names what to change: mostly the axes, the batch or the length of a row.',
    example:
      'The reference adds up [2,6,7,5] over the axes [1,2] in an order that depends on how it stores the tensor',
  },
  'not-constant': {
    code: 'CAP022',
    title: 'A value is needed at compile time, but computed at run time',
    meaning: 'Weights, scales, zero points, shapes and axes shape the code; they cannot depend on the input.',
    remedy: 'Make the value an initializer, or fold it with a simplifier before quantizing.',
    example: 'the weight (input 3) is computed at run time',
  },
  'invalid-scale': {
    code: 'CAP023',
    title: 'A scale is not a positive finite number',
    meaning: 'A scale of zero, below zero, infinite or NaN stands for no quantization at all.',
    remedy:
      'Calibrate and quantize again: such a scale comes from a tensor that was constant, or not finite, in calibration.',
    example: 'input scale contains 0; a scale must be a positive finite number',
  },
  'inconsistent-quantization': {
    code: 'CAP024',
    title: 'Scales, zero points and types do not fit together',
    meaning:
      'A zero point has another type than its data, there are as many scales as neither one nor the channels, or the reference has no kernel for the combination of types.',
    remedy:
      'Quantize input and output to one type, weights to int8, with one scale or one per output channel.',
    example: 'The weight scale has 3 entries for 8 output channels',
  },
  'per-axis-activation': {
    code: 'CAP025',
    title: 'An activation has more than one scale',
    meaning:
      'The reference computes on activations with one scale and one zero point each; only weights may have one per channel.',
    remedy: 'Quantize activations per tensor.',
    example: 'The input has 16 scales',
  },
  'wrong-axis': {
    code: 'CAP026',
    title: 'The scales of a weight run along another axis than its output channels',
    meaning:
      'A scale per input channel cannot be taken out of the sum. Some builds of ONNX Runtime compute something else for such a model without saying so.',
    remedy: 'Quantize the weight per tensor, or per channel along the axis that the message names.',
    example: "The weight's scales run along axis 1; its output channels are axis 0",
  },
  'reference-refuses': {
    code: 'CAP027',
    title: 'The reference itself does not run the model',
    meaning:
      'The pinned build of ONNX Runtime does not load the model, or fails in this node. There is nothing to be equal to.',
    remedy: 'The message says what the reference stumbles over; write the model in a form that it takes.',
    example:
      'The reference does not load the model: this operator takes scales and zero points of shape [], not [1]',
  },
  'unsupported-attribute': {
    code: 'CAP028',
    title: 'An attribute has a value that is not supported',
    meaning:
      'The operator is supported, but not with this attribute or this value of it. Attributes are never ignored.',
    remedy: 'The message names the attribute and the values there are.',
    example: 'Attribute "body" has a kind (5) that no supported operator takes',
  },
  'unsupported-padding': {
    code: 'CAP029',
    title: 'The padding has no exact form',
    meaning: 'The mode of padding, or the place of the padded axes, is one for which there is no kernel.',
    remedy: 'Pad with a constant, or outside the model.',
    example: 'Pad pad_1 reflects more elements than the axis has (mode reflect, pads 0,0,4,0,0,4).',
  },
  'too-many-dimensions': {
    code: 'CAP030',
    title: 'A tensor has too many dimensions',
    meaning:
      'The copy that this node needs runs over more axes than the kernel takes, even after neighbouring axes are merged.',
    remedy: 'Reshape the tensor to fewer dimensions before the node.',
    example: 'This copy needs 9 nested loops; at most 8 are possible.',
  },
  'accumulator-overflow': {
    code: 'CAP031',
    title: 'A sum of products may leave 32 bits',
    meaning:
      'With the given weights and bias, some input would overflow the int32 accumulator. The reference would wrap or saturate silently; here it is refused.',
    remedy:
      'Use fewer input channels or a smaller window, or larger scales (weights and biases of smaller magnitude).',
    example: 'Output channel 3 may sum up to 2215148544, beyond a 32-bit accumulator (2147483647).',
  },
  'empty-window': {
    code: 'CAP032',
    title: 'A pooling window lies outside the tensor',
    meaning:
      'With these pads and dilations a window covers padding only, so it has no maximum and no average.',
    remedy: 'Use smaller pads or dilations.',
    example: 'A window of pool_1 lies outside x [1,8,4] as a whole.',
  },
  'softmax-row-length': {
    code: 'CAP033',
    title: 'The softmax of rows of this length is not the same everywhere',
    meaning:
      "The reference's table for a quantized Softmax hangs on the last bit of a logarithm, which differs between C libraries for this length. No length up to 7308 is affected.",
    remedy: 'Pad or split the row.',
    example:
      "The reference's softmax table for rows of 7309 values hangs on the last bit of a logarithm that differs between C libraries.",
  },
  'empty-tensor': {
    code: 'CAP034',
    title: 'A tensor has no elements',
    meaning: 'A dimension is zero, so there is nothing to compute.',
    remedy: 'Check the bounds of the Slice, or the shape, that makes it empty.',
    example: 'Tensor "slice_out" has no elements: [1,0,8]',
  },
  'arena-too-large': {
    code: 'CAP035',
    title: 'The activations do not fit into 32-bit memory',
    meaning:
      'The memory plan needs more than WebAssembly can address. No device that Caplet aims at has that much.',
    remedy: 'Check the shapes given with --shape; make the input smaller.',
    example: 'The tensors need 6442450944 bytes of memory; a WebAssembly memory has 4294967296.',
  },
  'bad-name': {
    code: 'CAP036',
    title: 'The name is no C identifier',
    meaning: 'The name of a capsule is the prefix of its C symbols and macros.',
    remedy: 'Give one with --name: letters, digits and _ only, no digit first.',
    example: 'The name "ecg-beat" is not a C identifier.',
  },
} satisfies ErrorEntries
