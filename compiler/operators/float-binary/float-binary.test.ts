// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { differencesFromOracle } from '../oracle-bench.js'
import { Random } from '../random.js'
import { cases, randomCase } from './cases.js'

const operators = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  minimum: 'Min',
  maximum: 'Max',
  prelu: 'PRelu',
} as const

it("is the oracle's float operator", async () => {
  const random = new Random(2)
  const generated = Array.from({ length: 400 }, () => randomCase(random))
  const floats = [...cases(random), ...generated].filter(({ attributes, inputs: [a], outputs: [y] }) => {
    const isLegal = attributes.operation !== 'prelu' || `${a!.shape}` === `${y!.shape}`
    return isLegal && attributes.tableA === null && attributes.tableB === null && attributes.output === null
  })
  expect(floats.length).toBeGreaterThan(15)
  const found = await differencesFromOracle(floats, ({ attributes }) => ({
    operator: operators[attributes.operation],
    inputs: [0, 1],
  }))
  expect(found).toEqual([])
})
