// SPDX-License-Identifier: Apache-2.0
// A random model before it is written to bytes, with the types of all its tensors (which cutting it needs).
import type { ElementType } from '../../compiler/ir/types.js'
import type { Edge, ModelDescription } from '../../runtime/oracle/write-model.js'

export interface TensorType {
  readonly type: ElementType
  readonly shape: readonly number[]
}

export interface RandomModel extends ModelDescription {
  readonly tensors: ReadonlyMap<string, TensorType>
  readonly outputs: readonly Edge[]
}
