// SPDX-License-Identifier: Apache-2.0
// Compares an operator's reference with the contract's oracle: a case as a model of one ONNX node.
import { openOracle } from '../../runtime/oracle/onnxruntime.js'
import { type Attribute, type Initializer, writeModel } from '../../runtime/oracle/write-model.js'
import { firstDifference, type OperatorCase, referenceOf } from './test-bench.js'

/** The ONNX node that means the same as a case. */
export interface OnnxForm {
  readonly operator: string
  readonly domain?: string
  readonly opset?: number
  readonly attributes?: Readonly<Record<string, Attribute>>
  /** A number stands for that input of the case, an initializer without a name for an input that is left out. */
  readonly inputs: readonly (number | Initializer)[]
}

/** What differs between reference and oracle, in words; null = nothing. */
export async function compareWithOracle(operatorCase: OperatorCase, form: OnnxForm): Promise<string | null> {
  const nameOf = (input: number | Initializer) => (typeof input === 'number' ? `input_${input}` : input.name)
  const model = writeModel({
    ...(form.opset === undefined ? {} : { opset: form.opset }),
    nodes: [
      {
        operator: form.operator,
        ...(form.domain === undefined ? {} : { domain: form.domain }),
        inputs: form.inputs.map(nameOf),
        outputs: operatorCase.outputs.map((_, index) => `output_${index}`),
        attributes: form.attributes ?? {},
      },
    ],
    inputs: operatorCase.inputs.map(({ type, shape }, index) => ({ name: `input_${index}`, type, shape })),
    // Open dimensions: the oracle's own shapes count, not those that the ONNX library infers for it.
    outputs: operatorCase.outputs.map(({ type, shape }, index) => ({
      name: `output_${index}`,
      type,
      shape: shape.map((_, axis) => `output_${index}_${axis}`),
    })),
    initializers: form.inputs.filter((input) => typeof input !== 'number').filter(({ name }) => name !== ''),
  })
  const oracle = await openOracle(model)
  const feeds = operatorCase.inputs.map(({ type, shape, data }, index) => [
    `input_${index}`,
    { type, dims: shape, data },
  ])
  const answers = await oracle.run(Object.fromEntries(feeds))
  await oracle.release()
  for (const [index, { shape }] of operatorCase.outputs.entries()) {
    const { dims } = answers[`output_${index}`]!
    if (`${dims}` !== `${shape}`)
      return `${operatorCase.name}: oracle's output ${index} has the shape [${dims}]`
  }
  const actual = operatorCase.outputs.map((_, index) => answers[`output_${index}`]!.data)
  const difference = firstDifference(referenceOf(operatorCase), actual)
  return difference && `${operatorCase.name}: oracle's ${difference}`
}

/** The differences of many cases. */
export async function differencesFromOracle<Case extends OperatorCase>(
  cases: readonly Case[],
  formOf: (operatorCase: Case) => OnnxForm,
): Promise<string[]> {
  const found: string[] = []
  for (const operatorCase of cases) {
    const difference = await compareWithOracle(operatorCase, formOf(operatorCase))
    if (difference) found.push(difference)
  }
  return found
}

export const scalarInput = (
  name: string,
  type: 'float32' | 'int8' | 'uint8',
  value: number,
): Initializer => ({
  name,
  type,
  shape: [],
  data:
    type === 'float32'
      ? Float32Array.of(value)
      : type === 'int8'
        ? Int8Array.of(value)
        : Uint8Array.of(value),
})

export const int64Input = (name: string, values: readonly number[]): Initializer => ({
  name,
  type: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
})
