// SPDX-License-Identifier: Apache-2.0
// Steps 2 to 4, the part of a compilation that hangs on the model's format: from bytes to a graph in Caplet's own
// operators. The first bytes say which format it is.
import type { CompileOptions, Observer } from './compile.js'
import { contractOf } from './contracts.js'
import { CapletError } from './errors.js'
import { readOnnx } from './import/onnx.js'
import { isTflite, readTflite } from './import/tflite.js'
import { bindStates } from './passes/bind-states.js'
import { inferTypes, type Shapes } from './passes/infer-types.js'
import { type NormalizedGraph, normalize } from './passes/normalize.js'
import { refuseFloatModel } from './passes/refuse-float-model.js'
import { normalizeTflite } from './passes/tflite/normalize.js'
import type { ModelFile } from './read-model.js'

/** Throws CapletError with every reason why the model has no exact form. */
export function normalizeModel(
  model: ModelFile,
  options: CompileOptions,
  observe: Observer,
): NormalizedGraph {
  contractOf(model, options)
  const graph = isTflite(model.bytes)
    ? normalizeTfliteModel(model, options, observe)
    : normalizeOnnxModel(model, options, observe)
  return bindStates(graph, options.states)
}

function normalizeOnnxModel(model: ModelFile, options: CompileOptions, observe: Observer): NormalizedGraph {
  const source = readOnnx(model.bytes, model.loadExternal) //                  2 import
  observe('import', source)
  const typed = inferTypes(source, options.shapes) //                          3 infer types
  observe('infer-types', typed)
  refuseFloatModel(source)
  const { floatIslands } = options
  const keepsIntegers = options.contract === 'integer'
  return normalize(typed, options.io, { floatIslands, keepsIntegers }) //      4 normalize
}

/** The file states every type and shape; operators check them while they are converted. */
function normalizeTfliteModel(model: ModelFile, options: CompileOptions, observe: Observer): NormalizedGraph {
  const source = readTflite(model.bytes) //                                    2, 3 import, infer types
  observe('import', source)
  observe('infer-types', source)
  checkOptions(options.shapes, source.tensors)
  if (options.edgeLayout === 'nhwc') {
    throw new CapletError({
      code: 'unsupported-feature',
      message: 'The edges of a TensorFlow Lite model are channels last already',
      remedy: 'Leave --edge-layout away.',
    })
  }
  return normalizeTflite(source, options.io, options.tfliteMultipliers) //     4 normalize
}

/** Shapes are static: one that is given must be the model's own. */
function checkOptions(
  shapes: Shapes,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): void {
  for (const [name, shape] of shapes) {
    const own = tensors.get(name)?.shape
    if (own && String(own) === String(shape)) continue
    throw new CapletError({
      code: own ? 'shape-mismatch' : 'unknown-input',
      message: own
        ? `--shape gives "${name}" [${shape}], but the model declares [${own}]`
        : `--shape names "${name}", which the model does not have`,
      remedy: 'Leave --shape away: shapes of a TensorFlow Lite model are fixed.',
    })
  }
}
