// SPDX-License-Identifier: Apache-2.0
// ONNX DepthToSpace.
import { convertCopy } from '../../passes/convert/copies.js'
import type { OnnxOperator } from '../onnx.js'

export const depthToSpace: OnnxOperator = {
  name: 'DepthToSpace',
  inputs: [1, 1],
  attributes: { blocksize: 'int', mode: 'string' },
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
