// SPDX-License-Identifier: Apache-2.0
// All cases, judged: first the integer reference against ONNX Runtime or TFLite Micro, then the kernels of those that are exact, in
// capsules of many networks each.
import { compareKernels } from '../random/batch.js'
import type { ConformanceCase } from './cases.js'
import { judge, type Verdict } from './judge.js'
import { judgeTflite } from './judge-tflite.js'
import { judgeVector } from './judge-vector.js'

export interface Result {
  readonly conformanceCase: ConformanceCase
  readonly verdict: Verdict
}

/** One build holds this many networks. */
const batchSize = 50

function verdictOf(conformanceCase: ConformanceCase): Verdict | Promise<Verdict> {
  const { path } = conformanceCase
  if (path.endsWith('.tflite')) return judgeTflite(path)
  return path.endsWith('.json') ? judgeVector(path) : judge(conformanceCase)
}

export async function judgeAll(cases: readonly ConformanceCase[]): Promise<Result[]> {
  const results: Result[] = []
  for (const conformanceCase of cases)
    results.push({ conformanceCase, verdict: await verdictOf(conformanceCase) })
  return withKernels(results)
}

/** An exact case whose kernels give another byte is a mismatch. */
async function withKernels(results: readonly Result[]): Promise<Result[]> {
  const differences = new Map<Result, string>()
  const exact = results.flatMap((result) =>
    result.verdict.kind === 'exact' ? [{ result, subject: result.verdict.subject }] : [],
  )
  for (let first = 0; first < exact.length; first += batchSize) {
    const batch = exact.slice(first, first + batchSize)
    const found = await compareKernels(batch.map(({ subject }) => subject))
    found.forEach((text, i) => {
      if (text !== null) differences.set(batch[i]!.result, text)
    })
  }
  return results.map((result) => {
    const text = differences.get(result)
    return text === undefined
      ? result
      : { ...result, verdict: { kind: 'mismatch', text: `kernels: ${text}` } }
  })
}
