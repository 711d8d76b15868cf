// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { narrowProducts } from './narrow-products.js'

const load = '  var_j2 = i64_load8_s(memory, var_i2, 1u);'

it.each([
  [
    'a product that is added',
    [load, '  var_j1 *= var_j2;', '  var_j0 += var_j1;'],
    [load, '  var_j0 = i64_add_product(var_j0, var_j1, var_j2);'],
  ],
  [
    'a product that is kept',
    [load, '  var_j1 *= var_j2;', '  var_l3 = var_j1;'],
    [load, '  var_j1 = i64_add_product(0, var_j1, var_j2);', '  var_l3 = var_j1;'],
  ],
  [
    'one of each in a row',
    [load, '  var_j1 *= var_j2;', load, '  var_j1 *= var_j2;', '  var_j0 += var_j1;'],
    [
      load,
      '  var_j1 = i64_add_product(0, var_j1, var_j2);',
      load,
      '  var_j0 = i64_add_product(var_j0, var_j1, var_j2);',
    ],
  ],
])('%s', (_, before, after) => {
  expect(narrowProducts(before.join('\n'))).toBe(after.join('\n'))
})

it.each([
  ['an unsigned load of 16 bits', '  var_j2 = i64_load16_u(memory, var_i2, 1u);\n  var_j1 *= var_j2;'],
  ['a load of 32 bits', '  var_j2 = i64_load32_s(memory, var_i2, 1u);\n  var_j1 *= var_j2;'],
  ['a product of something else', `${load}\n  var_j1 *= var_j3;`],
  ['a sum', `${load}\n  var_j1 += var_j2;`],
  ['a product of 32 bits', '  var_i2 = i32_load8_s(memory, var_i2, 1u);\n  var_i1 *= var_i2;'],
])('leaves alone %s', (_, text) => {
  expect(narrowProducts(text)).toBe(text)
})
