// SPDX-License-Identifier: Apache-2.0
/**
 * BatchNormalization behind a convolution with float constant weights goes into the weights, in the reference's own
 * float32 operations:
 *
 *     k = f(scale / f(sqrt(f(var + eps))))    W[o] = f(W[o] * k[o])    B = f(f(f(b - mean) * k) + bias), or f(bias - f(mean * k)) without b
 *
 * Leaves weights that are quantized already, and a convolution that is read elsewhere.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'

const f = Math.fround

export function foldBatchNormalization(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (node.operator !== 'Conv') return false
    const use = editor.onlyUse(node.outputs[0]!)
    return use?.node.operator === 'BatchNormalization' && use.input === 0 && fold(editor, node, use.node)
  })
}

function fold(editor: GraphEditor, conv: Node, normalization: Node): boolean {
  const floats = (name: string | undefined) => {
    const constant = editor.constant(name ?? '')
    return constant?.type === 'float32' ? (constant.data as Float32Array) : null
  }
  const weight = editor.constant(conv.inputs[1]!)
  const [scale, bias] = [floats(normalization.inputs[1]), floats(normalization.inputs[2])]
  const [mean, variance] = [floats(normalization.inputs[3]), floats(normalization.inputs[4])]
  const hasBias = (conv.inputs[2] ?? '') !== ''
  const old = hasBias ? floats(conv.inputs[2]) : null
  if (weight?.type !== 'float32' || !scale || !bias || !mean || !variance || (hasBias && !old)) return false
  const channels = weight.shape[0]!
  if (scale.length !== channels) return false
  const epsilon = editor.view(normalization).float('epsilon', 1e-5)
  const factor = scale.map((s, c) => f(s / f(Math.sqrt(f(variance[c]! + epsilon)))))
  const perChannel = weight.data.length / channels
  const weights = (weight.data as Float32Array).map((w, i) => f(w * factor[Math.floor(i / perChannel)]!))
  const shift = Float32Array.from({ length: channels }, (_, c) =>
    old ? f(f(f(old[c]! - mean[c]!) * factor[c]!) + bias[c]!) : f(bias[c]! - f(mean[c]! * factor[c]!)),
  )
  const inputs = [
    conv.inputs[0]!,
    editor.addConstant(`${conv.name}/folded_weight`, { ...weight, data: weights }),
    editor.addConstant(`${conv.name}/folded_bias`, { type: 'float32', shape: [channels], data: shift }),
  ]
  editor.remove(normalization)
  editor.replace(conv, { ...conv, inputs, outputs: [normalization.outputs[0]!] })
  return true
}
