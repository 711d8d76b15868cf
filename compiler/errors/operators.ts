// SPDX-License-Identifier: Apache-2.0
// Errors of single nodes: what has no exact form, or does not fit a device.
import type { ErrorEntries } from './entry.js'

export const operatorErrors: ErrorEntries = {
  'unsupported-operator': {
    title: 'The operator is not supported',
    meaning: 'Caplet has no form of this operator that equals the contract in every bit.',
    remedy: '`caplet operators` lists what there is. Replace the operator, or cut the model in front of it.',
    example: 'Operator LSTM is not supported',
  },
  'unsupported-attribute': {
    title: 'An attribute has a value that is not supported',
    meaning:
      'The operator is supported, but not with this attribute or this value of it. Attributes are never ignored.',
    remedy: 'The message names the attribute and the values there are.',
    example: 'Attribute "body" has a kind (5) that no supported operator takes',
  },
  'unsupported-padding': {
    title: 'The padding has no exact form',
    meaning: 'The mode of padding, or the place of the padded axes, is one for which there is no kernel.',
    remedy: 'Pad with a constant, or outside the model.',
    example: 'Padding reflects more elements than the axis has',
  },
  'too-many-dimensions': {
    title: 'A tensor has too many dimensions',
    meaning:
      'The copy that this node needs runs over more axes than the kernel takes, even after neighbouring axes are merged.',
    remedy: 'Reshape the tensor to fewer dimensions before the node.',
    example: 'The copy has 9 axes; 8 are supported',
  },
  'empty-tensor': {
    title: 'A tensor has no elements',
    meaning: 'A dimension is zero, so there is nothing to compute.',
    remedy: 'Check the bounds of the Slice, or the shape, that makes it empty.',
    example: 'Tensor "slice_out" has no elements: [1,0,8]',
  },
  'arena-too-large': {
    title: 'The activations do not fit into 32-bit memory',
    meaning:
      'The memory plan needs more than WebAssembly can address. No device that Caplet aims at has that much.',
    remedy: 'Check the shapes given with --shape; make the input smaller.',
    example: 'The activations need 6442450944 bytes',
  },
  'bad-name': {
    title: 'The name is no C identifier',
    meaning: 'The name of a capsule is the prefix of its C symbols and macros.',
    remedy: 'Give one with --name: letters, digits and _ only, no digit first.',
    example: '"ecg-beat" is no C identifier',
  },
}
