// SPDX-License-Identifier: Apache-2.0
// What onnxruntime-web 1.30 does to a graph before it runs it, as far as it decides which groups run in integers.
// Order and repetition are the reference's (graph_transformer_utils.cc): a level is repeated until nothing changes.
import type { OnnxGraph } from '../../import/onnx.js'
import { dropRedundantClamps } from './drop-redundant-clamps.js'
import { dropRepeatedQuantization } from './drop-repeated-quantization.js'
import { GraphEditor } from './editor.js'
import { eliminateNoOps } from './eliminate-no-ops.js'
import { foldBatchNormalization } from './fold-batch-normalization.js'
import { foldPads } from './fold-pads.js'
import { fuseDivision } from './fuse-division.js'
import { fuseGelu, fuseGeluEarly, refuseGelu } from './fuse-gelu.js'
import { fuseGemmTranspose } from './fuse-gemm-transpose.js'
import { fuseMatMulAdd } from './fuse-matmul-add.js'
import { fuseNormalization, fuseNormalizationEarly } from './fuse-normalization.js'
import { fuseQuantizedGroups } from './fuse-quantized-groups.js'
import { mergeEqualNodes } from './merge-equal-nodes.js'
import { mergeReluClip } from './merge-relu-clip.js'
import { mergeReshapes } from './merge-reshapes.js'
import { propagateQuantization } from './propagate-quantization.js'
import { quantizeWeights } from './quantize-weights.js'
import { refuseLostOutputs, refuseRepeatedOutputs } from './refuse-lost-outputs.js'
import { refuseNegativePools } from './refuse-negative-pads.js'
import { refuseSignlessTransposes } from './refuse-signless-transposes.js'
import { removeDoubleQuantization } from './remove-double-quantization.js'
import { reorderConvolutionSums } from './reorder-convolution-sums.js'
import { reorderNormalizedSums } from './reorder-normalized-sums.js'
import { runOnQuanta } from './run-on-quanta.js'
import { separateDequantize } from './separate-dequantize.js'

type Pass = (editor: GraphEditor) => boolean

const basic: readonly Pass[] = [
  fuseDivision,
  eliminateNoOps,
  mergeReluClip,
  fuseGemmTranspose,
  foldBatchNormalization,
  foldPads,
  removeDoubleQuantization,
  mergeEqualNodes,
  refuseRepeatedOutputs,
  fuseMatMulAdd,
  mergeReshapes,
  fuseGeluEarly,
  fuseNormalizationEarly,
  propagateQuantization,
  quantizeWeights,
  separateDequantize,
  dropRepeatedQuantization,
]

const extended: readonly Pass[] = [
  dropRedundantClamps,
  runOnQuanta,
  fuseQuantizedGroups,
  fuseGelu,
  refuseGelu,
  fuseNormalization,
  reorderNormalizedSums,
  refuseLostOutputs,
]

/** The reference runs a level at most this often. */
const repetitions = 10

/** The graph as the reference runs it. Nodes that it fused are its quantized operators; the rest is as in the model. */
export function applyReferencePasses(graph: OnnxGraph): OnnxGraph {
  const editor = new GraphEditor(graph)
  refuseSignlessTransposes(editor)
  separateDequantize(editor)
  refuseRepeatedOutputs(editor)
  for (const level of [basic, extended]) {
    for (let i = 0; i < repetitions; i++) {
      let changed = false
      for (const pass of level) changed = pass(editor) || changed
      if (!changed) break
    }
  }
  reorderConvolutionSums(editor)
  refuseNegativePools(editor)
  return editor.finish()
}
