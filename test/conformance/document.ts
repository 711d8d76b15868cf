// SPDX-License-Identifier: Apache-2.0
// docs/conformance.md: the table of a real run, and which cases stand behind it.
import type { Result } from './results.js'
import { type GroupCounts, renderTable } from './table.js'

const introduction = `<!-- Written by \`npm run conformance -- --write\`; do not edit. -->

# Conformance

Models that nobody here wrote, each compiled and compared with the contract's reference, ONNX Runtime or TFLite Micro, run
live on the same model under the contract's settings: the integer reference and the kernels of the built capsule, every output element. \`onnx_node\` are
the ONNX project's own backend cases, \`ort_testdata\` quantized graphs of ONNX Runtime's tests, \`models\` models found in
the wild; of TensorFlow Lite, \`mlperf_tiny\` are MLPerf Tiny's models, \`tflite_micro\` those of TFLite Micro's examples and
integration tests, \`tflite_models\` others. \`cmsis_nn_vectors\` are CMSIS-NN's kernel tests, replayed with their own
multipliers, run after run where they have a state; what the files lost of CMSIS-NN's headers is in
test/conformance/vectors/completions.ts, and a vector that stays incomplete counts as refused. Inputs that a compiler needs at compile time (scales, zero points, weights, shapes, axes) are inputs of some
node cases: those become initializers with the recorded values. *Recorded otherwise*: the case carries another output
than the reference gives; the contract follows the reference. *Reference does not run it* and *mismatch* must be 0.

    npm run conformance                 the table (CAPLET_ASSETS names the data sets; without them the cases of the
                                        PyPI package onnx are generated)
    npm run conformance -- --list       every case with its verdict
    npm run conformance -- --write      this file`

export function renderDocument(results: readonly Result[], groups: readonly GroupCounts[]): string {
  const exact = groups.map(({ group }) => {
    const names = results
      .filter(({ conformanceCase, verdict }) => conformanceCase.group === group && verdict.kind === 'exact')
      .map(({ conformanceCase, verdict }) =>
        verdict.kind === 'exact' && verdict.differsFromRecorded
          ? `\`${conformanceCase.name}\` (recorded otherwise)`
          : `\`${conformanceCase.name}\``,
      )
    return `### ${group}\n\n${names.join(', ')}`
  })
  return `${[introduction, renderTable(groups), '## Exact', ...exact].join('\n\n')}\n`
}
