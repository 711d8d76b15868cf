// SPDX-License-Identifier: Apache-2.0
// The models of other people that conformance is shown on: ONNX's backend node cases with their recorded inputs and
// outputs, and, where the data sets are here, ONNX Runtime's own test models and models found in the wild, in both formats,
// those of MLPerf Tiny and of TFLite Micro, and CMSIS-NN's test vectors.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'

export type GroupName =
  | 'onnx_node'
  | 'ort_testdata'
  | 'models'
  | 'mlperf_tiny'
  | 'tflite_micro'
  | 'tflite_models'
  | 'cmsis_nn_vectors'

/** Those that need TFLite Micro's interpreter. */
export const tfliteGroups: readonly GroupName[] = ['mlperf_tiny', 'tflite_micro', 'tflite_models']

/** Bytes of TensorProto messages, in the order of the graph's inputs and outputs. */
export interface Recording {
  readonly inputs: readonly Uint8Array[]
  readonly outputs: readonly Uint8Array[]
}

export interface ConformanceCase {
  readonly group: GroupName
  readonly name: string
  /** Of the .onnx or .tflite file, or of the vector's .json. */
  readonly path: string
  /** What the case has recorded; empty where it is a model alone. */
  readonly recordings: readonly Recording[]
}

/** Cases of every group that has a folder below `assets`. */
export function conformanceCases(assets: string): ConformanceCase[] {
  const files = (group: GroupName, folder: string, ending: string) =>
    modelCases(group, join(assets, folder), ending).map((found) => ({
      ...found,
      name: ending === '.tflite' ? `${folder}/${found.name}` : found.name,
    }))
  return [
    ...nodeCases(join(assets, 'onnx_node')),
    ...files('ort_testdata', 'ort_testdata', '.onnx'),
    ...files('models', 'models', '.onnx'),
    ...files('mlperf_tiny', 'mlperf_tiny', '.tflite'),
    ...files('tflite_micro', 'tflite_micro', '.tflite'),
    ...files('tflite_models', 'models', '.tflite'),
    ...files('cmsis_nn_vectors', 'cmsis_nn_vectors', '.json'),
  ]
}

function nodeCases(folder: string): ConformanceCase[] {
  return filesBelow(folder, 'model.onnx').map((path) => {
    const home = dirname(path)
    const sets = readdirSync(home)
      .filter((name) => name.startsWith('test_data_set_'))
      .sort()
    const recordings = sets.map((set) => ({
      inputs: protosIn(join(home, set), 'input'),
      outputs: protosIn(join(home, set), 'output'),
    }))
    return { group: 'onnx_node', name: basename(home), path, recordings }
  })
}

const modelCases = (group: GroupName, folder: string, ending: string): ConformanceCase[] =>
  filesBelow(folder, ending).map((path) => ({
    ...{ group, path, recordings: [] },
    name: relative(folder, path).split(sep).join('/'),
  }))

const filesBelow = (folder: string, ending: string): string[] =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [])
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name))

/** input_0.pb, input_1.pb, ... */
function protosIn(folder: string, kind: 'input' | 'output'): Uint8Array[] {
  const protos: Uint8Array[] = []
  for (let i = 0; existsSync(join(folder, `${kind}_${i}.pb`)); i++) {
    protos.push(new Uint8Array(readFileSync(join(folder, `${kind}_${i}.pb`))))
  }
  return protos
}
