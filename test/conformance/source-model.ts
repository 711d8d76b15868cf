// SPDX-License-Identifier: Apache-2.0
// Changes to a model's file that leave its meaning: inputs become initializers with recorded values.
import proto from 'onnx-proto'
import { toNumber } from '../../compiler/import/tensor-proto.js'

const { onnx } = proto

/** Initializers are constants to the reference only from this version on, and only where they are no inputs. */
const irVersionOfConstants = 4

/** The model with the named graph inputs as initializers; values are TensorProto messages. */
export function withInitializers(bytes: Uint8Array, values: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const model = onnx.ModelProto.decode(bytes)
  const graph = model.graph!
  const isKept = ({ name }: { name?: string | null }) => !values.has(name ?? '')
  graph.input = (graph.input ?? []).filter(isKept)
  for (const [name, value] of values) {
    graph.initializer = [...(graph.initializer ?? []), { ...onnx.TensorProto.decode(value), name }]
  }
  model.irVersion = Math.max(toNumber(model.irVersion), irVersionOfConstants)
  return onnx.ModelProto.encode(model).finish()
}

/** Names of the inputs that are no initializers, as the recorded ones are numbered. */
export function inputNamesOf(bytes: Uint8Array): string[] {
  const { graph } = onnx.ModelProto.decode(bytes)
  const initializers = new Set((graph?.initializer ?? []).map(({ name }) => name))
  return (graph?.input ?? []).filter(({ name }) => !initializers.has(name)).map(({ name }) => name ?? '')
}

/** Of a TensorProto message; null where it is none (a sequence). */
export function shapeOf(tensor: Uint8Array | undefined): number[] | null {
  if (!tensor) return null
  try {
    return (onnx.TensorProto.decode(tensor).dims ?? []).map((d) => toNumber(d))
  } catch {
    return null
  }
}
