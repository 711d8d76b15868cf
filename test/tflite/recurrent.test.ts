// SPDX-License-Identifier: Apache-2.0
// What of SVDF and UNIDIRECTIONAL_SEQUENCE_LSTM is refused by name: TFLite Micro does not load it, ends, or ignores it.
import { expect, it } from 'vitest'
import { Random } from '../../compiler/operators/random.js'
import type { TfliteNodeText, TfliteTensor, TfliteText } from '../../runtime/oracle/write-tflite.js'
import { refusals } from './compare.js'
import { Network } from './network.js'
import { recurrent } from './recurrent.js'

function textOf(operator: string, shape: readonly number[]): TfliteText {
  for (let seed = 1; ; seed++) {
    const network = new Network(new Random(seed))
    recurrent[operator]!(network, network.input('int8', shape))
    if (refusals(network.text()).length === 0) return network.text()
  }
}

const svdf = textOf('SVDF', [1, 4])
const lstm = textOf('UNIDIRECTIONAL_SEQUENCE_LSTM', [1, 3, 4])

const withNode = (text: TfliteText, change: (node: TfliteNodeText) => Partial<TfliteNodeText>): string =>
  refusals({ ...text, nodes: text.nodes.map((node) => ({ ...node, ...change(node) })) }).join()

const withTensor = (text: TfliteText, name: string, change: Partial<TfliteTensor>): string =>
  refusals({
    ...text,
    tensors: text.tensors.map((tensor) => (tensor.name === name ? { ...tensor, ...change } : tensor)),
  }).join()

const inputAs = (place: number, name: string) => (node: TfliteNodeText) => ({
  inputs: node.inputs.map((input, index) => (index === place ? name : input)),
})

it('refuses an SVDF without a bias, with an activation that is ignored, with a state that is none', () => {
  const [, , , bias, state] = svdf.nodes[0]!.inputs as [string, string, string, string, string]
  expect(withNode(svdf, inputAs(3, ''))).toMatch(/there is no bias/)
  expect(withNode(svdf, ({ options }) => ({ options: { ...options, activation: 3 } }))).toMatch(
    /ignores the fused/,
  )
  expect(withTensor(svdf, bias, { scales: [1] })).toMatch(/the bias has the scale 1/)
  const zeros = new Int8Array(svdf.tensors.find(({ name }) => name === state)!.shape[1]!)
  expect(withTensor(svdf, state, { isVariable: false, data: zeros })).toMatch(/is not a variable/)
})

it('refuses an LSTM with coupled gates, a peephole, another activation, a cell that cannot be', () => {
  const { inputs } = lstm.nodes[0]!
  expect(withNode(lstm, inputAs(1, ''))).toMatch(/gates are coupled/)
  expect(withNode(lstm, inputAs(9, inputs[12]!))).toMatch(/peephole/)
  expect(withNode(lstm, ({ options }) => ({ options: { ...options, activation: 1 } }))).toMatch(
    /computes TANH/,
  )
  expect(withTensor(lstm, inputs[19]!, { scales: [8] })).toMatch(/undefined for a cell of scale 8/)
  expect(withTensor(lstm, inputs[18]!, { scales: [0.5] })).toMatch(/inconsistent-quantization/)
})
