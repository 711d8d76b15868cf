// SPDX-License-Identifier: Apache-2.0
// Tests of the reference's passes: graphs as text (test/random/text.ts), before and after one pass, and the same model
// against the oracle.
import { writeModel } from '../../../runtime/oracle/write-model.js'
import { compare } from '../../../test/random/compare.js'
import { parseModel, printOnnxGraph } from '../../../test/random/text.js'
import { CapletError } from '../../errors.js'
import { readOnnx } from '../../import/onnx.js'
import { inferTypes } from '../infer-types.js'
import { GraphEditor } from './editor.js'

const dedent = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')

function editorOf(text: string): GraphEditor {
  const source = readOnnx(writeModel(parseModel(dedent(text))), () => new Uint8Array(0))
  return new GraphEditor(inferTypes(source, new Map()))
}

/** The nodes and outputs after the pass has run once; types of tensors are left out. */
export function rewritten(pass: (editor: GraphEditor) => unknown, text: string): string {
  const editor = editorOf(text)
  pass(editor)
  return withoutTypes(printOnnxGraph(editor.finish()))
}

/** The model as it stands, in the form of `rewritten`. */
export const unchanged = (text: string): string => rewritten(() => false, text)

/** What `rewritten` should give, written with or without indentation. */
export const expected = (text: string): string => dedent(text)

/** Code of the refusal that the pass throws. */
export function refusal(pass: (editor: GraphEditor) => unknown, text: string): string {
  const editor = editorOf(text)
  try {
    pass(editor)
  } catch (error) {
    if (error instanceof CapletError) return error.problems[0]!.code
    throw error
  }
  return 'none'
}

/** 'exact', or what else became of the model: "refused float-sum Conv", "oracle ...", "mismatch ...". */
export async function againstOracle(text: string): Promise<string> {
  const verdict = await compare(parseModel(dedent(text)), { samples: 8, seed: 5, io: 'quantized' })
  switch (verdict.kind) {
    case 'exact':
      return 'exact'
    case 'refused':
      return `refused ${verdict.codes.join(', ')}`
    case 'oracle':
      return verdict.compiles ? `compiles, but the oracle: ${verdict.text}` : 'refused, by the oracle too'
    case 'mismatch':
      return `mismatch ${verdict.text}`
  }
}

const withoutTypes = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('input '))
    .map((line) => line.replace(/^(\S+): \S+ = /, '$1 = '))
    .join('\n')
