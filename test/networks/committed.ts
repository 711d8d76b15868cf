// SPDX-License-Identifier: Apache-2.0
// The committed test networks with their inputs and reference outputs, as make_networks.py wrote them.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unzipSync } from 'fflate'
import { parse } from 'npyjs'
import type { ExternalData, OracleData, OracleTensor } from '../../runtime/oracle/onnxruntime.js'

export const NETWORKS_FOLDER = dirname(fileURLToPath(import.meta.url))

/** One entry of manifest.json, as far as tests read it. */
export interface CommittedNetwork {
  readonly name: string
  readonly purpose: string
  readonly macs: number
  readonly samples: number
  /** Shapes that bind a dynamic batch (`--shape`), by input name; empty for a static model. */
  readonly dynamic: Readonly<Record<string, readonly number[]>>
  readonly inputs: readonly { name: string; type: string; scale: number; zero_point: number }[]
  readonly outputs: readonly string[]
  readonly external: boolean
}

type Tensors = Record<string, OracleTensor>

export interface Sample {
  /** Float inputs on the grid of the input's quantization. */
  readonly inputs: Tensors
  /** What the contract's reference gives for them. */
  readonly outputs: Tensors
}

export function committedNetworks(): CommittedNetwork[] {
  return JSON.parse(readFileSync(join(NETWORKS_FOLDER, 'manifest.json'), 'utf8')).networks
}

export const modelPath = ({ name }: CommittedNetwork): string => join(NETWORKS_FOLDER, `${name}.onnx`)

/** The data file beside the model, for the one network that keeps its weights there. */
export function externalData({ name, external }: CommittedNetwork): ExternalData[] {
  const path = `${name}.bin`
  return external ? [{ path, data: readFileSync(join(NETWORKS_FOLDER, path)) }] : []
}

export function samples(network: CommittedNetwork): Sample[] {
  const arrays = unzipSync(readFileSync(join(NETWORKS_FOLDER, `${network.name}.npz`)))
  const inputs = network.inputs.map(({ name }, i) => [name, unstack(arrays[`input_${i}.npy`]!)] as const)
  const outputs = network.outputs.map((name, i) => [name, unstack(arrays[`output_${i}.npy`]!)] as const)
  const pick = (edges: readonly (readonly [string, OracleTensor[]])[], sample: number): Tensors =>
    Object.fromEntries(edges.map(([name, tensors]) => [name, tensors[sample]!]))
  return Array.from({ length: network.samples }, (_, sample) => ({
    inputs: pick(inputs, sample),
    outputs: pick(outputs, sample),
  }))
}

/** The tensors along the first axis of a .npy file. */
function unstack(file: Uint8Array): OracleTensor[] {
  const { data, shape } = parse(file.slice().buffer)
  const [count = 0, ...dims] = shape
  const size = dims.reduce((product, dimension) => product * dimension, 1)
  const whole = data as OracleData
  const type = whole instanceof BigInt64Array ? 'int64' : 'float32'
  return Array.from({ length: count }, (_, i) => ({
    type,
    dims,
    data: whole.slice(i * size, (i + 1) * size),
  }))
}
