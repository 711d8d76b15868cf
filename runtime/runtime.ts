// SPDX-License-Identifier: Apache-2.0
// One interface for everything that runs a capsule. Bytes are an edge's own: its type, its order of dimensions,
// little-endian.
import type { ElementType } from '../compiler/ir/types.js'

export interface EdgeInfo {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  /** null where the edge is not quantized. */
  readonly scale: number | null
  readonly zero_point: number | null
  readonly offset: number
  readonly bytes: number
}

export interface OpenCapsule {
  readonly inputs: readonly EdgeInfo[]
  readonly outputs: readonly EdgeInfo[]
  invoke(inputs: readonly Uint8Array[]): Uint8Array[]
  /** 0 = pass. */
  selftest(): number
}
