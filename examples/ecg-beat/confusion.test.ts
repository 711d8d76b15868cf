// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { addConfusions, confusionOf, formatConfusion, formatRecordScores, scoreOf } from './confusion.js'
import { drawCurve } from './draw.js'

const confusion = confusionOf([0, 0, 0, 2, 2, 1, 4], [0, 0, 2, 2, 2, 0, 3])

describe('confusion', () => {
  it('counts by true and predicted class, without Q', () => {
    expect(confusion).toEqual([
      [2, 0, 1, 0],
      [1, 0, 0, 0],
      [0, 0, 2, 0],
      [0, 0, 0, 0],
    ])
    expect(addConfusions([confusion, confusion])[0]).toEqual([4, 0, 2, 0])
  })

  it('scores a class, and says nothing where there is nothing', () => {
    expect(scoreOf(confusion, 2)).toEqual({ sensitivity: 1, positivePredictivity: 2 / 3 })
    expect(scoreOf(confusion, 1)).toEqual({ sensitivity: 0, positivePredictivity: null })
    expect(scoreOf(confusion, 3)).toEqual({ sensitivity: null, positivePredictivity: null })
  })

  it('prints both as tables', () => {
    expect(formatConfusion(confusion)[3]).toBe('           V        0      0      2      0  100.0   66.7')
    expect(formatRecordScores([['100', confusion]])[1]).toBe(
      '  100       66.7/   66.7     0.0/      -   100.0/   66.7       -/      -',
    )
  })
})

describe('drawCurve', () => {
  it('draws a rising line from bottom left to top right', () => {
    expect(drawCurve([0, 1, 2, 3, 4, 5, 6, 7], 4, 2, 0, 7)).toEqual(['⠀⠀⣠⠞', '⣠⠞⠁⠀'])
  })

  it('keeps values outside the range at the edge', () => {
    expect(drawCurve([9, 9], 1, 1, 0, 1)).toEqual(['⠉'])
    expect(drawCurve([-9, -9], 1, 1, 0, 1)).toEqual(['⣀'])
  })
})
