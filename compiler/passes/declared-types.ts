// SPDX-License-Identifier: Apache-2.0
// Types and shapes that the model declares of what its nodes give (value_info, outputs), against those inferred. The reference does
// not load a model where they differ, if it infers the shape itself: not behind a dynamic dimension, a shape computed at run
// time or an operator of com.microsoft.
import type { Problem } from '../errors.js'
import type { SourceModel } from '../import/onnx.js'
import type { Node, Tensor } from '../ir/graph.js'

/** A problem for each. */
export function contradictedTypes(model: SourceModel, tensors: ReadonlyMap<string, Tensor>): Problem[] {
  const literals = new Set(model.constants.keys())
  const isStatic = (shape: readonly unknown[] | null) => shape?.every((d) => typeof d === 'number')
  const certain = new Set([
    ...literals,
    ...model.inputs.filter(({ shape }) => isStatic(shape)).map(({ name }) => name),
  ])
  const isKnown = (name: string) =>
    name === '' || (certain.has(name) && (tensors.get(name)?.type !== 'int64' || literals.has(name)))
  return model.nodes.flatMap((node) => {
    const isCertain = !node.operator.includes('.') && node.inputs.every(isKnown)
    return node.outputs.flatMap((name) => {
      if (isCertain) certain.add(name)
      if (node.operator === 'Constant') literals.add(name)
      const tensor = tensors.get(name)
      return tensor ? contradiction(node, tensor, model, isCertain) : []
    })
  })
}

function contradiction(node: Node, tensor: Tensor, model: SourceModel, isCertain: boolean): Problem[] {
  const declared = model.declared.get(tensor.name)
  if (!declared) return []
  const { type, shape } = declared
  const isSameShape =
    shape === null ||
    (shape.length === tensor.shape.length &&
      shape.every((d, i) => typeof d === 'string' || d === tensor.shape[i]))
  if (type === tensor.type && (isSameShape || !isCertain)) return []
  return [
    {
      code: 'malformed-model',
      message: `It gives "${tensor.name}" the type ${tensor.type} [${tensor.shape}], but the model declares ${type} [${shape ?? ''}]`,
      remedy:
        'Delete graph.value_info and the shapes of the outputs, or infer them anew (onnx.shape_inference.infer_shapes).',
      node: node.name,
      operator: node.operator,
    },
  ]
}
