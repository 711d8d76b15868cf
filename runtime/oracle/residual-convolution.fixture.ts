// SPDX-License-Identifier: Apache-2.0
// A convolution that the reference fuses to integers only if it allows int8 activations: fused and unfused bits differ.
import { writeModel } from './write-model.js'

/**
 * x -> Q -> DQ -+-> Conv 1x1 -> Q -> DQ -> y, and the first Q -> DQ also feeds a second output, so that it has two
 * consumers. The scales are such that f32 products round, and that sums meet ties.
 */
export function residualConvolution() {
  const channels = 64
  const pixels = 256
  const [scaleX, scaleW, scaleY] = [Math.fround(0.1), Math.fround(0.03), Math.fround(0.2)]
  const q = Int8Array.from({ length: channels * pixels }, (_, i) => ((i * 2654435761) >>> 23) - 256)
  const w = Int8Array.from({ length: channels * channels }, (_, i) => (((i + 7) * 2246822519) >>> 27) - 16)
  const scalar = (name: string, value: number) =>
    ({ name, type: 'float32', shape: [], data: Float32Array.of(value) }) as const
  const pair = (from: string, scale: string, to: string) => [
    { operator: 'QuantizeLinear', inputs: [from, scale, 'zero'], outputs: [`${to}_q`] },
    { operator: 'DequantizeLinear', inputs: [`${to}_q`, scale, 'zero'], outputs: [to] },
  ]
  const model = writeModel({
    nodes: [
      ...pair('x', 'sx', 'a'),
      { operator: 'DequantizeLinear', inputs: ['w', 'sw', 'zero'], outputs: ['wf'] },
      { operator: 'Conv', inputs: ['a', 'wf'], outputs: ['c'] },
      ...pair('c', 'sy', 'y'),
      { operator: 'Relu', inputs: ['a'], outputs: ['r'] },
    ],
    inputs: [{ name: 'x', type: 'float32', shape: [1, channels, 1, pixels] }],
    outputs: ['y', 'r'].map((name) => ({ name, type: 'float32', shape: [1, channels, 1, pixels] })),
    initializers: [
      scalar('sx', scaleX),
      scalar('sw', scaleW),
      scalar('sy', scaleY),
      { name: 'zero', type: 'int8', shape: [], data: Int8Array.of(0) },
      { name: 'w', type: 'int8', shape: [channels, channels, 1, 1], data: w },
    ],
  })
  const x = Float32Array.from(q, (quantum) => quantum * scaleX)
  const feeds = { x: { type: 'float32', dims: [1, channels, 1, pixels], data: x } }
  return { model, feeds, fused: integerConvolution(q, w, pixels, channels, scaleX, scaleW, scaleY) }
}

function integerConvolution(
  q: Int8Array,
  w: Int8Array,
  pixels: number,
  channels: number,
  scaleX: number,
  scaleW: number,
  scaleY: number,
): number[] {
  const multiplier = Math.fround(Math.fround(scaleX * scaleW) / scaleY)
  return Array.from({ length: channels * pixels }, (_, index) => {
    const [outChannel, pixel] = [Math.floor(index / pixels), index % pixels]
    let accumulator = 0
    for (let inChannel = 0; inChannel < channels; inChannel++) {
      accumulator += w[outChannel * channels + inChannel]! * q[inChannel * pixels + pixel]!
    }
    const v = Math.fround(accumulator * multiplier)
    const floor = Math.floor(v)
    const even = v - floor === 0.5 ? floor + (floor & 1) : Math.round(v)
    return Math.fround((Math.min(127, Math.max(-128, even)) | 0) * scaleY)
  })
}
