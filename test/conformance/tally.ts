// SPDX-License-Identifier: Apache-2.0
// Which operators stand in models that were found exact: in which form, on which element types, in how many models.
import { readOnnx } from '../../compiler/import/onnx.js'
import { readTflite } from '../../compiler/import/tflite.js'
import type { Node, Tensor } from '../../compiler/ir/graph.js'
import type { ElementType } from '../../compiler/ir/types.js'
import type { OperatorForm, TestedOperator } from '../../compiler/operators/tested.js'
import { inferTypes, type Shapes } from '../../compiler/passes/infer-types.js'

interface Use {
  readonly operator: string
  readonly form: OperatorForm
  /** null: nothing that it reads is computed. */
  readonly type: ElementType | null
}

export class Tally {
  readonly #uses = new Map<string, { forms: Set<OperatorForm>; types: Set<ElementType>; models: number }>()

  /** Uses in a model that is exact; every operator counts once. */
  add(uses: readonly Use[]): void {
    for (const { operator, form, type } of uses) {
      const found = this.#uses.get(operator) ?? { forms: new Set(), types: new Set(), models: 0 }
      this.#uses.set(operator, found)
      found.forms.add(form)
      if (type !== null) found.types.add(type)
    }
    for (const operator of new Set(uses.map((use) => use.operator))) this.#uses.get(operator)!.models++
  }

  /** By operator, sorted. */
  result(): Readonly<Record<string, TestedOperator>> {
    return Object.fromEntries(
      [...this.#uses]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([operator, { forms, types, models }]) => [
          operator,
          { forms: [...forms].sort(), types: [...types].sort(), models },
        ]),
    )
  }
}

/** Throws CapletError where dimensions are open. External data stays unread: types do not hang on it. */
export function onnxUses(bytes: Uint8Array, shapes: Shapes = new Map()): Use[] {
  const source = readOnnx(bytes, () => new Uint8Array(0))
  const graph = inferTypes(source, shapes)
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const remaining = new Set(graph.nodes.map(({ operator }) => operator))
  const folded = source.nodes.filter(({ operator }) => !remaining.has(operator))
  return [
    ...folded.map(({ operator }): Use => ({ operator, form: 'constant', type: null })),
    ...graph.nodes.map((node) => useOf(node, producers, graph.tensors)),
  ]
}

/** Operators of TensorFlow Lite have one form: 'integer' where quanta or integers come in, else 'float'. */
export function tfliteUses(bytes: Uint8Array): Use[] {
  const model = readTflite(bytes)
  return [model, ...model.initializers.values()].flatMap((graph) =>
    graph.nodes.map(({ operator, inputs, outputs }): Use => {
      const values = [...inputs, ...outputs].filter((name) => name !== '' && !graph.handles.has(name))
      const name = values.find((value) => !graph.tensors.get(value)!.constant) ?? values[0]
      const type = name === undefined ? null : graph.tensors.get(name)!.type
      return { operator, form: type === 'float32' ? 'float' : 'integer', type }
    }),
  )
}

function useOf(
  { operator, inputs, outputs }: Node,
  producers: ReadonlyMap<string, Node>,
  tensors: ReadonlyMap<string, Tensor>,
): Use {
  const typeOf = (name: string) => tensors.get(name)!.type
  const input = inputs.find((name) => name !== '' && !tensors.get(name)!.constant)
  if (input === undefined) return { operator, form: 'constant', type: null }
  const type = typeOf(input)
  if (operator.endsWith('DequantizeLinear')) return { operator, form: 'QDQ', type }
  if (operator.endsWith('QuantizeLinear')) return { operator, form: 'QDQ', type: typeOf(outputs[0]!) }
  if (/(^|\.)(QLinear|QGemm)/.test(operator)) return { operator, form: 'QOperator', type }
  if (type !== 'float32') return { operator, form: 'integer', type }
  const producer = producers.get(input)
  return producer?.operator.endsWith('DequantizeLinear')
    ? { operator, form: 'QDQ', type: typeOf(producer.inputs[0]!) }
    : { operator, form: 'float', type }
}
