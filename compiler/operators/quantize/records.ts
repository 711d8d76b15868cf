// SPDX-License-Identifier: Apache-2.0
// What the kernels of quantize and dequantize read per channel: scale float32, zero point int32.

export const quantizationBytes = 8

export function encodeQuantizations(scales: Float32Array, zeroPoints: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(scales.length * quantizationBytes))
  scales.forEach((scale, channel) => {
    view.setFloat32(channel * quantizationBytes, scale, true)
    view.setInt32(channel * quantizationBytes + 4, zeroPoints[zeroPoints.length > 1 ? channel : 0]!, true)
  })
  return new Uint8Array(view.buffer)
}
