// SPDX-License-Identifier: Apache-2.0
// ONNX DepthToSpace, and SpaceToDepth, which is two reshapes around a transpose.
import { convertCopies, convertCopy } from '../../passes/convert/copies.js'
import type { OnnxOperator } from '../onnx.js'

export const depthToSpace: OnnxOperator = {
  name: 'DepthToSpace',
  inputs: [1, 1],
  attributes: { blocksize: 'int', mode: 'string' },
  earlier: [{ until: 10, inputs: [1, 1], attributes: { blocksize: 'int' } }],
  isCopy: true,
  infer: (node) => {
    const shape = node.shape(0)
    const block = node.int('blocksize', 0)
    const [n, c, h, w] = shape as [number, number, number, number]
    if (shape.length !== 4 || block < 1 || c % (block * block) !== 0) {
      throw node.error(
        'malformed-model',
        `blocksize ${block} does not fit [${shape}]`,
        'The input must be [N, C, H, W] with C a multiple of blocksize * blocksize.',
        'blocksize',
      )
    }
    return [{ type: node.type(0).type, shape: [n, c / (block * block), h * block, w * block] }]
  },
  convert: (node, conversion) => {
    const mode = node.string('mode', 'DCR')
    if (mode !== 'DCR' && mode !== 'CRD') {
      throw node.error('unsupported-attribute', `mode "${mode}" is unknown`, 'Use DCR or CRD.', 'mode')
    }
    convertCopy(node, conversion, 'depth_to_space', { blockSize: node.int('blocksize', 1), mode })
  },
}

export const spaceToDepth: OnnxOperator = {
  name: 'SpaceToDepth',
  inputs: [1, 1],
  attributes: { blocksize: 'int' },
  isCopy: true,
  infer: (node) => {
    const shape = node.shape(0)
    const block = node.int('blocksize', 0)
    const [n, c, h, w] = shape as [number, number, number, number]
    if (shape.length !== 4 || block < 1 || h % block !== 0 || w % block !== 0) {
      throw node.error(
        'malformed-model',
        `blocksize ${block} does not fit [${shape}]`,
        'The input must be [N, C, H, W] with H and W multiples of blocksize.',
        'blocksize',
      )
    }
    return [{ type: node.type(0).type, shape: [n, c * block * block, h / block, w / block] }]
  },
  convert: (node, conversion) => {
    const block = node.int('blocksize', 1)
    const [n, c, h, w] = node.shape(0) as [number, number, number, number]
    const [rows, columns] = [h / block, w / block]
    convertCopies(node, conversion, [
      { operator: 'reshape', shape: [n, c, rows, block, columns, block], attributes: {} },
      {
        operator: 'transpose',
        shape: [n, block, block, c, rows, columns],
        attributes: { permutation: [0, 3, 5, 1, 2, 4] },
      },
      { operator: 'reshape', shape: [n, c * block * block, rows, columns], attributes: {} },
    ])
  },
}
