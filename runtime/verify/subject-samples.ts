// SPDX-License-Identifier: Apache-2.0
// The samples of a verification: generated for the capsule's inputs, and those that the user gives in a file.
import { CapletError } from '../../compiler/errors.js'
import { readOnnx } from '../../compiler/import/onnx.js'
import { isTflite } from '../../compiler/import/tflite.js'
import { statesOf } from '../../compiler/ir/graph.js'
import { inferTypes } from '../../compiler/passes/infer-types.js'
import { quantizedInputs } from '../../compiler/passes/quantized-inputs.js'
import { parseArrays } from '../arrays.js'
import { samplesOf } from '../edge-values.js'
import { readFile } from '../run.js'
import { generatedSamples, joinSamples, type SampleEdge, type Samples, stepsPerSequence } from './samples.js'
import { modelEdges, type Subject } from './subject.js'

export const keepsState = ({ graph }: Pick<Subject, 'graph'>): boolean => statesOf(graph).length > 0

/** Corner inputs, random ones and the user's. */
export function samplesFor(
  subject: Subject,
  {
    count,
    seed,
    inputs,
  }: { readonly count: number; readonly seed: number; readonly inputs: string | undefined },
): Samples {
  const edges = sampleEdges(subject)
  const steps = keepsState(subject) ? stepsPerSequence : 1
  const generated = generatedSamples(edges, count, seed, steps)
  return inputs ? joinSamples([generated, userSamples(edges, inputs)]) : generated
}

function sampleEdges({ model, graph, program, options }: Subject): SampleEdge[] {
  const quantized = isTflite(model.bytes)
    ? new Map<string, never>()
    : quantizedInputs(inferTypes(readOnnx(model.bytes, model.loadExternal), options.shapes))
  return modelEdges(program.inputs, graph).map((edge) => {
    const grid = edge.type === 'float32' ? quantized.get(edge.name) : undefined
    return { ...edge, roundsHalfAway: isTflite(model.bytes), grid: grid && grid !== 'several' ? grid : null }
  })
}

function userSamples(edges: readonly SampleEdge[], file: string): Samples {
  const arrays = parseArrays(readFile(file, 'Check the path.'), file)
  const columns = edges.map((edge) => {
    const array = arrays.get(edge.name) ?? (edges.length === 1 ? arrays.get(null) : undefined)
    if (array) return samplesOf(array, edge, file)
    throw new CapletError({
      code: 'missing-input',
      message: `${file} has no array "${edge.name}"`,
      remedy: `Write a .npz that has every input by name: ${edges.map(({ name }) => `"${name}"`).join(', ')}.`,
      file,
    })
  })
  const lengths = columns.map(({ length }) => length)
  if (new Set(lengths).size > 1) {
    throw new CapletError({
      code: 'shape-mismatch',
      message: `The arrays of ${file} hold different numbers of samples: ${lengths.join(', ')}`,
      remedy: 'Give every input the same number of samples.',
      file,
    })
  }
  return {
    length: lengths[0] ?? 0,
    at: (index) => columns.map((column) => column[index]!),
    startsAt: (index) => index === 0,
  }
}
