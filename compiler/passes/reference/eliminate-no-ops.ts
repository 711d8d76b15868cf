// SPDX-License-Identifier: Apache-2.0
/**
 * What does nothing disappears: Identity, inference-time Dropout, casts to the same type, a Slice of everything, an
 * Expand to the same shape, and additions of 0 or multiplications by 1.
 *
 *     conv -> identity -> quantize     =>     conv -> quantize
 *
 * Pre of the reference: one input comes from a node, or the only input from the model's own; the result is no graph
 * output (an Identity may write one, if it is the only reader of its input).
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'

export function eliminateNoOps(editor: GraphEditor): boolean {
  return editor.each((node) => {
    const input = passedThrough(editor, node)
    if (input === null) return false
    const output = node.outputs[0]!
    if (!editor.isOutput(output)) {
      const fromNodes = node.inputs.filter((name) => editor.producer(name)).length
      if (fromNodes !== 1 && !(fromNodes === 0 && node.inputs.length === 1)) return false
      editor.remove(node)
      editor.redirectAll(output, input)
      return true
    }
    // A graph output keeps its name: the producer writes it directly.
    const producer = editor.producer(input)
    if (node.operator !== 'Identity' || !producer || editor.uses(output).length > 0) return false
    if (!editor.onlyUse(input)) return false
    editor.remove(node)
    editor.replace(producer, {
      ...producer,
      outputs: producer.outputs.map((name) => (name === input ? output : name)),
    })
    return true
  })
}

/** The input that the node hands on unchanged, or null. */
export function passedThrough(editor: GraphEditor, node: Node): string | null {
  const [first] = node.inputs
  switch (node.operator) {
    case 'Identity':
    case 'Dropout':
      return first!
    case 'Cast':
      return editor.tensor(first!)?.type === editor.tensor(node.outputs[0]!)?.type ? first! : null
    case 'Slice':
      return slicesNothing(editor, node) ? first! : null
    case 'Expand':
      return `${editor.tensor(first!)?.shape}` === `${editor.tensor(node.outputs[0]!)?.shape}` ? first! : null
    case 'Add':
    case 'Mul':
      return neutralOperand(editor, node, 1) ?? neutralOperand(editor, node, 0)
    case 'Sub':
    case 'Div':
      return neutralOperand(editor, node, 1)
    default:
      return null
  }
}

/** The other input, where the one at `index` is a constant of one element that changes nothing. */
function neutralOperand(editor: GraphEditor, node: Node, index: number): string | null {
  const other = node.inputs[1 - index]!
  const constant = editor.constant(node.inputs[index]!)
  if (!constant || editor.constant(other) || constant.data.length !== 1) return null
  if (constant.shape.length > editor.tensor(other)!.shape.length) return null
  const neutral = node.operator === 'Add' || node.operator === 'Sub' ? 0 : 1
  return Number(constant.data[0]) === neutral ? other : null
}

const greatestInt64 = 2n ** 63n - 1n

/** From 0 to the greatest int64; the reference looks at steps only where axes are given. */
function slicesNothing(editor: GraphEditor, node: Node): boolean {
  const list = (input: number) => {
    const constant = editor.constant(node.inputs[input] ?? '')
    return constant ? Array.from(constant.data as ArrayLike<number | bigint>, BigInt) : undefined
  }
  const hasAxes = (node.inputs[3] ?? '') !== ''
  const steps = hasAxes && (node.inputs[4] ?? '') !== '' ? list(4) : []
  return (
    list(1)?.every((start) => start === 0n) === true &&
    list(2)?.every((end) => end >= greatestInt64) === true &&
    steps?.every((step) => step === 1n) === true
  )
}
