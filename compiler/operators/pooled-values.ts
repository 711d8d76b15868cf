// SPDX-License-Identifier: Apache-2.0
// What the reference's pools of float32 take the maximum of. They begin at the least finite number, in some places but not in
// all (it hangs on rank, padding and dilation), so that -Infinity and NaN have no rule there.
import type { Conversion } from '../passes/convert/conversion.js'
import type { OnnxNode } from './onnx.js'

/** Throws CapletError where an element of the node's first input, a function of one or two quanta, may be -Infinity or NaN. */
export function requirePoolable(node: OnnxNode, conversion: Conversion): void {
  const value = conversion.value(node.node.inputs[0]!)
  if (value.kind !== 'float') return
  const values = value.grid?.values ?? value.pair?.values() ?? new Float32Array(0)
  if (!values.some((element) => Number.isNaN(element) || element === Number.NEGATIVE_INFINITY)) return
  throw node.error(
    'float-function',
    'Its input may be -Infinity or NaN, of which the reference’s pools do not take the maximum',
    'Keep the input of the function in front of it where the function has a finite value, or quantize between the two.',
  )
}
