// SPDX-License-Identifier: Apache-2.0
// Zero points that are computed at run time are further inputs: behind a and b, a's first.
import type { MatrixProductAttributes } from '../../ir/sum-operators.js'

/** Positions among the node's inputs; meaningless where the zero point is a constant. */
export const zeroPointInputs = ({ aZeroPoint }: MatrixProductAttributes) => ({
  aInput: 2,
  bInput: aZeroPoint === null ? 3 : 2,
})
