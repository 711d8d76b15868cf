// SPDX-License-Identifier: Apache-2.0
// ONNX Add and Mul: fused with their quantization (QLinearAdd, QLinearMul), or one float32 operation.
import { binaryFloat } from '../../passes/convert/functions.js'
import { evaluateBinary } from '../constant/arithmetic.js'
import { defaultZeroPoint } from '../fused.js'
import { broadcast, type FusedNode, type OnnxNode, type OnnxOperator, type QuantizedGroup } from '../onnx.js'
import { convertPlainBinary } from '../plain-binary/onnx.js'
import { requireScalars, scalarQuantization } from '../scales.js'

/** Reference rule: both inputs dequantized, one Q behind, all three of one 8-bit type. */
function fuseAs(operator: string) {
  return (_node: OnnxNode, group: QuantizedGroup): FusedNode | null => {
    const [a, b] = group.inputs
    const { output } = group
    if (!a || !b || !output || a.type !== b.type || a.type !== output.type) return null
    if (a.type !== 'int8' && a.type !== 'uint8') return null
    const inputs = [a.tensor, a.scaleName, a.zeroPointName, b.tensor, b.scaleName, b.zeroPointName]
    return { operator, inputs: [...inputs, output.scaleName, output.zeroPointName], attributes: {} }
  }
}

function floatForm(name: string, operation: 'add' | 'multiply', fused: string): OnnxOperator {
  return {
    name,
    inputs: [2, 2],
    attributes: {},
    infer: (node) => [{ type: node.type(0).type, shape: broadcast(node.shape(0), node.shape(1), node) }],
    evaluate: (node, [a, b]) => [evaluateBinary(node, operation, a!, b!)],
    fuse: fuseAs(fused),
    convert: (node, conversion) => {
      if (node.type(0).type !== 'float32') return convertPlainBinary(node, conversion, operation)
      const [a, b] = [conversion.float(node, 0), conversion.float(node, 1)]
      const output = node.node.outputs[0]!
      const { shape } = conversion.graph.tensors.get(output)!
      conversion.define(output, binaryFloat(node, conversion, operation, a, b, shape))
    },
  }
}

function quantizedForm(name: string, operation: 'add' | 'multiply'): OnnxOperator {
  return {
    name: `com.microsoft.${name}`,
    inputs: [7, 8],
    attributes: {},
    infer: (node) => {
      requireScalars(node, [1, 2, 4, 5, 6, 7]) // of a node that nothing reads, too
      const type = node.has(7) ? node.type(7).type : node.type(0).type
      return [{ type, shape: broadcast(node.shape(0), node.shape(3), node) }]
    },
    convert: (node, conversion) => {
      const [a, b] = [conversion.quantizedInput(node, 0), conversion.quantizedInput(node, 3)]
      const type = defaultZeroPoint(node, 7, a.type)
      if (a.type !== b.type || a.type !== type) {
        throw node.error(
          'inconsistent-quantization',
          `Inputs ${a.type} and ${b.type}, output ${type}: the reference has no such kernel`,
          'Quantize all three to one type.',
        )
      }
      const output = node.node.outputs[0]!
      const { shape } = conversion.graph.tensors.get(output)!
      const tensor = conversion.emit(
        'quantized_binary',
        [a.tensor, b.tensor],
        { type, shape, name: output },
        {
          operation,
          a: scalarQuantization(node, conversion, 1, a.type, 'first input'),
          b: scalarQuantization(node, conversion, 4, b.type, 'second input'),
          output: scalarQuantization(node, conversion, 6, type, 'output'),
        },
      )
      conversion.define(output, { kind: 'integer', type, shape, tensor })
    },
  }
}

export const add = floatForm('Add', 'add', 'com.microsoft.QLinearAdd')
export const mul = floatForm('Mul', 'multiply', 'com.microsoft.QLinearMul')
export const qLinearAdd = quantizedForm('QLinearAdd', 'add')
export const qLinearMul = quantizedForm('QLinearMul', 'multiply')
