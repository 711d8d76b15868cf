// SPDX-License-Identifier: Apache-2.0
// Which operators stand in models that were found exact: in which form, on which element types, in how many models.
import { readOnnx } from '../../compiler/import/onnx.js'
import type { Node } from '../../compiler/ir/graph.js'
import type { ElementType } from '../../compiler/ir/types.js'
import type { OperatorForm, TestedOperator } from '../../compiler/operators/tested.js'
import { inferTypes, type Shapes } from '../../compiler/passes/infer-types.js'

interface Uses {
  readonly forms: Set<OperatorForm>
  readonly types: Set<ElementType>
  models: number
}

export class Tally {
  readonly #uses = new Map<string, Uses>()

  /** A model that is exact; every operator counts once. External data stays unread: types do not hang on it. */
  add(bytes: Uint8Array, shapes: Shapes = new Map()): void {
    const graph = inferTypes(
      readOnnx(bytes, () => new Uint8Array(0)),
      shapes,
    )
    const producers = new Map(
      graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
    )
    const counted = new Set<string>()
    for (const node of graph.nodes) {
      const uses = this.#of(node.operator)
      if (!counted.has(node.operator)) uses.models++
      counted.add(node.operator)
      const input = node.inputs.find((name) => name !== '' && !graph.tensors.get(name)!.constant)
      if (input === undefined) {
        uses.forms.add('constant')
        continue
      }
      const { form, type } = useOf(node, input, producers, (name) => graph.tensors.get(name)!.type)
      uses.forms.add(form)
      uses.types.add(type)
    }
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

  #of(operator: string): Uses {
    const uses = this.#uses.get(operator) ?? { forms: new Set(), types: new Set(), models: 0 }
    this.#uses.set(operator, uses)
    return uses
  }
}

function useOf(
  { operator, outputs }: Node,
  input: string,
  producers: ReadonlyMap<string, Node>,
  typeOf: (name: string) => ElementType,
): { form: OperatorForm; type: ElementType } {
  const type = typeOf(input)
  if (operator.endsWith('DequantizeLinear')) return { form: 'QDQ', type }
  if (operator.endsWith('QuantizeLinear')) return { form: 'QDQ', type: typeOf(outputs[0]!) }
  if (/(^|\.)(QLinear|QGemm)/.test(operator)) return { form: 'QOperator', type }
  if (type !== 'float32') return { form: 'integer', type }
  const producer = producers.get(input)
  const isDequantized = producer?.operator.endsWith('DequantizeLinear')
  return isDequantized ? { form: 'QDQ', type: typeOf(producer!.inputs[0]!) } : { form: 'float', type }
}
