// SPDX-License-Identifier: Apache-2.0
// Residual sums of float islands: the last bits of a float output show where the reference begins.
import { describe, expect, it } from 'vitest'
import { compare } from '../../../test/random/compare.js'
import { parseModel } from '../../../test/random/text.js'
import { dedent } from '../graph-text.fixture.js'
import { rewritten, unchanged } from './pass.fixture.js'
import { reorderConvolutionSums } from './reorder-convolution-sums.js'

interface Layer {
  readonly weight: string
  readonly bias: string
  readonly sum: string
  readonly attributes: string
}

const layer: Layer = {
  weight: '3,2,3,3',
  bias: ', float32[3] {0.1 -0.2 0.3}',
  sum: 'Add(c, k)',
  attributes: 'pads=[1,1,1,1]',
}

const model = ({ weight, bias, sum, attributes }: Layer, image = '5,6') => `
  opset 17, IR 8
  input x: int8[1,${weight.startsWith('3,1') ? 3 : 2},${image}]
  input z: int8[1,3,${image}]
  d: float32[1,${weight.startsWith('3,1') ? 3 : 2},${image}] = DequantizeLinear(x, float32 0.0213, int8 3)
  k: float32[1,3,${image}] = DequantizeLinear(z, float32 0.0317, int8 -3)
  w: float32[${weight}] = DequantizeLinear(int8[${weight}] {-100 37 74 -89 12 99 -64 5 51 -18 87}, float32 0.0113, int8 0)
  c: float32[1,3,${image}] = Conv(d, w${bias}) {${attributes}}
  s: float32[1,3,${image}] = ${sum}
  y: float32[1,3,${image}] = Relu(s)
  output y`

async function asIsland(text: string): Promise<string> {
  const options = { samples: 8, seed: 5, io: 'quantized', floatIslands: true } as const
  const verdict = await compare(parseModel(dedent(text)), options)
  return 'text' in verdict ? `${verdict.kind} ${verdict.text}` : verdict.kind
}

describe.each(['Add(c, k)', 'Add(k, c)'])('%s', (sum) => {
  it('adds the bias last, and is exact', async () => {
    const text = model({ ...layer, sum })
    expect(rewritten(reorderConvolutionSums, text)).toMatch(
      /s\/plain = Add\([ck], [ck]\)\n.*\ns = Add\(s\/plain, /,
    )
    expect(await asIsland(text)).toBe('exact')
    expect(await asIsland(model({ ...layer, sum, weight: '3,2,1,1', attributes: '' }))).toBe('exact')
  })

  it('stays without a bias, and is exact', async () => {
    const text = model({ ...layer, sum, bias: '' })
    expect(rewritten(reorderConvolutionSums, text)).toBe(unchanged(text))
    expect(await asIsland(text)).toBe('exact')
  })

  it('stays with a result that is an output, too, and is exact', async () => {
    const text = `${model({ ...layer, sum })}\n  output c`
    expect(rewritten(reorderConvolutionSums, text)).toBe(unchanged(text))
    expect(await asIsland(text)).toMatch(/^(exact|refused)/)
  })

  it.each([
    [
      'one filter per group',
      model({ ...layer, sum, weight: '3,1,3,3', attributes: 'pads=[1,1,1,1], group=3' }),
    ],
    [
      'several blocks',
      model({ ...layer, sum }, '40,60')
        .replaceAll('3,2,3,3', '3,2,9,9')
        .replace('1,1,1,1', '4,4,4,4'),
    ],
  ])('is refused with %s', async (_, text) => {
    expect(await asIsland(text)).toBe('refused')
  })
})
