// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32, decodeFrame, encodeFrame, type Frame, FrameSplitter } from './frames.js'

// Zeros are what the coding is about.
const bytes = (maxLength: number) =>
  fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), { maxLength, size: 'max' })
const frames: fc.Arbitrary<Frame> = fc.record({
  kind: fc.integer({ min: 0, max: 255 }),
  sequence: fc.integer({ min: 0, max: 255 }),
  payload: bytes(600).map((values) => Uint8Array.from(values)),
})
const body = (frame: Frame) => encodeFrame(frame).slice(0, -1)

describe('a frame', () => {
  it('has the CRC-32 that everyone has', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  })

  it('is on the line as frames.h says', () => {
    const frame = { kind: 4, sequence: 9, payload: Uint8Array.of(0, 1) }
    const crc = crc32(Uint8Array.of(4, 9, 0, 1))
    const tail = [0, 8, 16, 24].map((shift) => (crc >>> shift) & 255)
    expect([...encodeFrame(frame)]).toEqual([3, 4, 9, 6, 1, ...tail, 0])
  })

  it.each([0, 247, 248, 249, 250, 501, 502, 503, 504])(
    'without a zero in its %i bytes of payload comes back',
    (length) => {
      const frame = { kind: 1, sequence: 2, payload: new Uint8Array(length).fill(7) }
      expect(decodeFrame(body(frame))).toEqual(frame)
      expect(body(frame).length).toBeLessThanOrEqual(length + 6 + Math.floor((length + 6) / 254) + 5)
    },
  )

  it('has no zero byte inside, and comes back', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        expect(body(frame).includes(0)).toBe(false)
        expect(decodeFrame(body(frame))).toEqual(frame)
      }),
    )
  })

  it('with one changed byte is none', () => {
    fc.assert(
      fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 255 }), (frame, place, change) => {
        const coded = body(frame)
        coded[place % coded.length]! ^= change
        expect(decodeFrame(coded)).toBeNull()
      }),
    )
  })
})

describe('a stream of frames', () => {
  it('is cut where frames end, however it arrives', () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 4 }), fc.integer({ min: 1, max: 50 }), (sent, size) => {
        const splitter = new FrameSplitter()
        const stream = Buffer.concat(sent.map(encodeFrame))
        const received: Frame[] = []
        for (let at = 0; at < stream.length; at += size) {
          received.push(...splitter.push(stream.subarray(at, at + size)))
        }
        expect(received).toEqual(sent)
      }),
      { numRuns: 30 },
    )
  })

  it('goes on at the next frame after any damage', () => {
    fc.assert(
      fc.property(bytes(80), frames, (noise, frame) => {
        const stream = Buffer.concat([Uint8Array.of(...noise, 0), encodeFrame(frame)])
        expect(new FrameSplitter().push(stream).at(-1)).toEqual(frame)
      }),
    )
  })
})
