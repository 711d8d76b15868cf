// SPDX-License-Identifier: Apache-2.0
// pad: the input inside a border: one value, the edge repeated, or the inside mirrored (without the edge itself).
// Negative pads crop. Borders other than constant ones are copied axis by axis from what already stands in the output.
import type { ProgramTensor, Step } from '../../codegen/program.js'
import { CapletError } from '../../errors.js'
import { bytesPerElement } from '../../ir/types.js'
import { defineOperator, type TypedNode } from '../definition.js'
import { fillStep } from '../fill.js'
import { copyStep, regionOf } from '../strided-copy.js'
import { reference } from './reference.js'

export const pad = defineOperator({
  name: 'pad',
  summary: 'a border around the input (constant, reflect, edge), or a crop',
  layout: 'strided',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const inside = insideOf(node, input)
    if (inside.counts.some((count) => count < 1)) {
      return node.attributes.mode === 'constant'
        ? [fillStep(node, output, node.attributes.value)]
        : refuse(node, 'crops everything away')
    }
    const copyInside = {
      counts: inside.counts,
      from: regionOf(input, inside.from),
      to: regionOf(output, inside.to),
      elementBytes: bytesPerElement(input.type),
    }
    const isCrop = output.shape.every((length, axis) => length === inside.counts[axis])
    if (node.attributes.mode !== 'constant' || isCrop) {
      return [copyStep(node, copyInside), ...copyBorders(node, output, inside)]
    }
    return [fillStep(node, output, node.attributes.value), copyStep(node, copyInside, true)]
  },
})

/** The box of the input that appears in the output: where it starts in each, and its lengths. */
interface Inside {
  readonly from: readonly number[]
  readonly to: readonly number[]
  readonly counts: readonly number[]
}

function insideOf({ attributes: { pads } }: TypedNode<'pad'>, input: ProgramTensor): Inside {
  const rank = input.shape.length
  const cropped = pads.map((amount) => Math.max(0, -amount))
  return {
    from: cropped.slice(0, rank),
    to: pads.slice(0, rank).map((amount) => Math.max(0, amount)),
    counts: input.shape.map((length, axis) => length - cropped[axis]! - cropped[rank + axis]!),
  }
}

/** Axes before `axis` are already complete, those behind it only inside. */
function copyBorders(node: TypedNode<'pad'>, output: ProgramTensor, inside: Inside): Step[] {
  const isMirror = node.attributes.mode === 'reflect'
  const steps: Step[] = []
  output.shape.forEach((length, axis) => {
    const first = inside.to[axis]!
    const count = inside.counts[axis]!
    const border = (start: number, size: number, source: number) => {
      if (size === 0) return
      if (isMirror && size >= count) refuse(node, `mirrors ${size} of ${count} elements on axis ${axis}`)
      const box = (place: number) => inside.to.map((to, a) => (a < axis ? 0 : a === axis ? place : to))
      const direction = output.shape.map((_, a) => (a === axis ? (isMirror ? -1 : 0) : 1))
      const copy = copyStep(node, {
        counts: output.shape.map((full, a) => (a < axis ? full : a === axis ? size : inside.counts[a]!)),
        from: regionOf(output, box(source), direction),
        to: regionOf(output, box(start)),
        elementBytes: bytesPerElement(output.type),
      })
      steps.push(copy)
    }
    const last = first + count - 1
    border(0, first, isMirror ? first * 2 : first)
    border(last + 1, length - last - 1, isMirror ? last - 1 : last)
  })
  return steps
}

function refuse(node: TypedNode<'pad'>, what: string): never {
  throw new CapletError({
    code: 'unsupported-padding',
    message: `Pad ${node.name} ${what} (mode ${node.attributes.mode}, pads ${node.attributes.pads}).`,
    remedy: 'Use a border that is smaller than the tensor, or constant padding.',
    node: node.name,
    operator: node.operator,
    attribute: 'pads',
  })
}
