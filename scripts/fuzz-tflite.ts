// SPDX-License-Identifier: Apache-2.0
// The run of scripts/fuzz.ts on TensorFlow Lite: a random network per seed, fifty in one model, in our reference and as a
// capsule (every other batch of the accelerated tier), against TFLite Micro. A batch that differs is run network by network.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closeTfliteOracle } from '../runtime/oracle/tflite.js'
import { writeTflite } from '../runtime/oracle/write-tflite.js'
import { differences, type Form } from '../test/tflite/compare.js'
import { joinNetworks, type RandomNetwork, randomNetwork } from '../test/tflite/random-networks.js'

export interface FuzzOptions {
  readonly first: number
  readonly count: number
  readonly samples: number
  /** Folder for the models that differ. */
  readonly out?: string
}

const batchSize = 50

/** Seeds of the networks that differ, or that one of both sides refuses or does not survive. */
export async function fuzzTflite({ first, count, samples, out }: FuzzOptions): Promise<number[]> {
  const operators = new Map<string, number>()
  const faults: number[] = []
  for (let start = first; start < first + count; start += batchSize) {
    const seeds = Array.from({ length: Math.min(batchSize, first + count - start) }, (_, i) => start + i)
    const networks = seeds.map((seed) => randomNetwork(seed, samples))
    for (const { operator } of networks.flatMap(({ text }) => text.nodes)) {
      operators.set(operator, (operators.get(operator) ?? 0) + 1)
    }
    const isAccelerated = ((start - first) / batchSize) % 2 === 1
    const forms: Form[] = ['reference', isAccelerated ? 'accelerated' : 'portable']
    if ((await faultsOf(joinNetworks(networks), forms)).length === 0) continue
    for (const [i, network] of networks.entries()) {
      const found = await faultsOf(network, ['reference', 'portable', 'accelerated'])
      if (found.length === 0) continue
      faults.push(seeds[i]!)
      report(seeds[i]!, network, found, out)
    }
  }
  await closeTfliteOracle()
  for (const [name, nodes] of [...operators].sort((a, b) => b[1] - a[1])) {
    process.stdout.write(`${nodes}\t${name}\n`)
  }
  return faults
}

async function faultsOf({ text, samples }: RandomNetwork, forms: readonly Form[]): Promise<string[]> {
  try {
    return await differences(text, samples, { forms })
  } catch (error) {
    return [String(error)]
  }
}

function report(seed: number, { text }: RandomNetwork, found: readonly string[], out?: string): void {
  const nodes = text.nodes.map(({ operator, inputs, outputs, options }) => {
    const details = JSON.stringify(options ?? {})
    return `  ${outputs.join(', ')} = ${operator}(${inputs.join(', ')}) ${details}`
  })
  process.stdout.write(`seed ${seed}\n${nodes.join('\n')}\n${found.slice(0, 5).join('\n')}\n\n`)
  if (out === undefined) return
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, `${seed}.tflite`), writeTflite(text))
}
