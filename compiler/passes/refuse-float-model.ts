// SPDX-License-Identifier: Apache-2.0
/**
 * A model in which nothing is quantized is refused as such, before anything that its dimensions and operators say:
 * quantizing it is what the user has to do first.
 *
 * Leaves models without any sum of products: they may be functions and copies of quanta.
 */
import { CapletError, type Problem } from '../errors.js'
import type { SourceModel } from '../import/onnx.js'

const isQuantized = (operator: string): boolean => /QuantizeLinear|QLinear|QGemm|Integer/i.test(operator)
const isSum = (operator: string): boolean => /^(Conv|ConvTranspose|Gemm|MatMul|LSTM|GRU|RNN)$/.test(operator)

/** The problem of a float model, in a list; of any other model, none. */
export function floatModelProblems({ nodes }: SourceModel): Problem[] {
  const sum = nodes.find(({ operator }) => isSum(operator))
  if (!sum || nodes.some(({ operator }) => isQuantized(operator))) return []
  return [
    {
      code: 'float-model',
      message: 'The model is not quantized',
      remedy: 'Quantize it first: docs/quantize.md has a recipe with onnxruntime.quantization.',
      node: sum.name,
      operator: sum.operator,
    },
  ]
}

/** Throws CapletError float-model. */
export function refuseFloatModel(source: SourceModel): void {
  const problems = floatModelProblems(source)
  if (problems.length > 0) throw new CapletError(problems)
}
