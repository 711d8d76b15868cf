// SPDX-License-Identifier: Apache-2.0
// Runs beats through a capsule and through ONNX Runtime and compares every output byte. Exact means: ONNX Runtime
// runs the unmodified model on DQ(q), and DQ(capsule output) equals its float output in every bit.

import { dequantize, quantize } from '../../compiler/arithmetic/float32.js'
import { openNode } from '../../runtime/node.js'
import type { Oracle, OracleTensor } from '../../runtime/oracle/onnxruntime.js'
import type { EdgeInfo } from '../../runtime/runtime.js'
import { CLASSES } from './physionet.js'

/** An int8 input or output of the capsule, as its manifest describes it. */
export interface Edge {
  readonly name: string
  readonly shape: readonly number[]
  readonly quantization: { readonly scale: number; readonly zeroPoint: number }
}

export interface RunningCapsule {
  readonly inputs: readonly Edge[]
  readonly outputs: readonly Edge[]
  invoke(inputs: Uint8Array[]): Uint8Array[]
}

/** The capsule in this process. Rejects one with an edge that is not int8. */
export async function openCapsule(wasm: Uint8Array): Promise<RunningCapsule> {
  const { inputs, outputs, invoke } = await openNode(wasm)
  return { inputs: inputs.map(int8Edge), outputs: outputs.map(int8Edge), invoke }
}

function int8Edge({ name, type, shape, scale, zero_point: zeroPoint }: EdgeInfo): Edge {
  if (type !== 'int8' || scale === null || zeroPoint === null) {
    throw new Error(`${name} is ${type}; this example has int8 edges`)
  }
  return { name, shape, quantization: { scale, zeroPoint } }
}

/** The model inputs of many beats, as a features file holds them. */
export interface BeatInputs {
  readonly beat: Float32Array
  readonly rr: Float32Array
}

export interface Comparison {
  /** Class of each beat, from the capsule's output. */
  readonly predicted: Uint8Array
  readonly comparedBytes: number
  readonly differingBytes: number
  /** Where the first difference is; null where there is none. */
  readonly firstDifference: string | null
}

const INT8 = { min: -128, max: 127 }

/**
 * Compares all beats.
 * Pre: the capsule's inputs are named beat and rr, all edges int8, one output.
 */
export async function compareBeats(
  capsule: RunningCapsule,
  oracle: Oracle,
  beats: BeatInputs,
): Promise<Comparison> {
  const size = rowLength(capsule.inputs[0])
  const count = inputOf(beats, capsule.inputs[0].name).length / size
  const predicted = new Uint8Array(count)
  let comparedBytes = 0
  let differingBytes = 0
  let firstDifference: string | null = null
  for (let row = 0; row < count; row++) {
    const quanta = capsule.inputs.map((edge) => quantizeRow(inputOf(beats, edge.name), row, edge))
    const [bytes] = capsule.invoke(quanta.map(({ buffer }) => new Uint8Array(buffer)))
    const [output] = capsule.outputs
    const actual = Float32Array.from(new Int8Array(Uint8Array.from(bytes).buffer), (quantum) =>
      dequantize(quantum, output.quantization),
    )
    const expected = await referenceRow(oracle, capsule, quanta)
    for (let index = 0; index < actual.length; index++) {
      comparedBytes += 1
      if (Object.is(actual[index], expected[index])) continue
      differingBytes += 1
      firstDifference ??= `beat ${row}, logit ${CLASSES[index]}: expected ${expected[index]}, got ${actual[index]}`
    }
    predicted[row] = actual.indexOf(Math.max(...actual))
  }
  return { predicted, comparedBytes, differingBytes, firstDifference }
}

function inputOf(beats: BeatInputs, name: string): Float32Array {
  if (name === 'beat' || name === 'rr') return beats[name]
  throw new Error(`the capsule has an input ${name}; the features file has beat and rr`)
}

function rowLength(edge: Edge): number {
  return edge.shape.reduce((product, dimension) => product * dimension, 1)
}

function quantizeRow(values: Float32Array, row: number, edge: Edge): Int8Array<ArrayBuffer> {
  const size = rowLength(edge)
  const reals = values.subarray(row * size, (row + 1) * size)
  return Int8Array.from(reals, (value) => quantize(value, edge.quantization, INT8))
}

/** The model's float output on what the capsule was given. */
async function referenceRow(
  oracle: Oracle,
  capsule: RunningCapsule,
  quanta: readonly Int8Array[],
): Promise<Float32Array> {
  const feeds = capsule.inputs.map((edge, index): [string, OracleTensor] => {
    const data = Float32Array.from(quanta[index], (quantum) => dequantize(quantum, edge.quantization))
    return [edge.name, { type: 'float32', dims: edge.shape, data }]
  })
  const outputs = await oracle.run(Object.fromEntries(feeds))
  const { data } = outputs[capsule.outputs[0].name]
  if (data instanceof Float32Array) return data
  throw new Error('the model has no float output')
}
