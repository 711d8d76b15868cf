// SPDX-License-Identifier: Apache-2.0
// The example from end to end: compile the beat classifier, run beats in the capsule, compare every output byte with
// ONNX Runtime. With real records (CAPLET_ASSETS, or shared/assets beside the checkout) also scores per record.
//   npm run demo

import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { compileFile } from '../../compiler/compile.js'
import { writeCapsule } from '../../compiler/output.js'
import { openOracle } from '../../runtime/oracle/onnxruntime.js'
import { decodeBeats } from './beat-file.js'
import {
  addConfusions,
  type Confusion,
  confusionOf,
  formatConfusion,
  formatRecordScores,
} from './confusion.js'
import { drawCurve, sideBySide } from './draw.js'
import { type Comparison, compareBeats, openCapsule, type RunningCapsule } from './exactness.js'
import { runOrExplain } from './explain.js'
import { BEAT_LENGTH } from './features.js'
import { exampleFile, packageRoot, recordsFolder } from './locations.js'
import { CLASSES } from './physionet.js'
import { prepareRecord } from './prepare.js'
import { VALIDATION_RECORDS } from './validation.js'

type Oracle = Awaited<ReturnType<typeof openOracle>>
type Capsule = Awaited<ReturnType<typeof compileFile>>

const write = (...lines: string[]): void => console.log(lines.join('\n'))
const grouped = (count: number): string => count.toLocaleString('en-US')

async function main(): Promise<void> {
  const model = exampleFile('model.onnx')
  const output = join(packageRoot(), 'build', 'ecg-beat')
  write(`Compiling ${relative(process.cwd(), model)}`)
  const capsule = await compileFile(model, { name: 'ecg_beat' })
  const files = await writeCapsule(capsule, output)
  const running = await openCapsule(capsule.wasm)
  const oracle = await openOracle(await readFile(model))
  const comparisons = [await runSynthetic(running, oracle)]
  describeCapsule(capsule)
  write(
    '',
    'Files',
    ...Object.entries(files).flatMap(([kind, file]) => (file === null ? [] : [shown(kind, file)])),
  )
  comparisons.push(...(await runRecords(running, oracle)))
  await oracle.release()
  write('', verdict(comparisons))
  if (comparisons.some(({ differingBytes }) => differingBytes > 0)) process.exitCode = 1
}

/** At least 1,000 synthetic beats: exactness, some drawings, a confusion matrix. */
async function runSynthetic(running: RunningCapsule, oracle: Oracle): Promise<Comparison> {
  const beats = decodeBeats(await readFile(exampleFile('synthetic.npz')), 'synthetic.npz')
  const labels = beats.label
  write(`Running ${grouped(labels.length)} synthetic beats in the capsule and in ONNX Runtime`)
  const comparison = await compareBeats(running, oracle, beats)
  write('', verdict([comparison]), '', ...drawBeats(beats.beat, labels, comparison.predicted))
  write('', 'Synthetic beats: exactness demo, not accuracy')
  write(...formatConfusion(confusionOf(labels, comparison.predicted)))
  return comparison
}

/** The first beat of each class after the first minute, in two pictures per row. */
function drawBeats(windows: Float32Array, labels: ArrayLike<number>, predicted: ArrayLike<number>): string[] {
  const pictures = CLASSES.map((name, label) => {
    const index = Array.from(labels).indexOf(label, 60)
    const window = windows.subarray(index * BEAT_LENGTH, (index + 1) * BEAT_LENGTH)
    const title = `beat ${index}: ${name}, capsule says ${CLASSES[predicted[index]]}`
    return { title, lines: drawCurve(window, 36, 6, -1, 1) }
  })
  return [...sideBySide(pictures.slice(0, 2)), '', ...sideBySide(pictures.slice(2))]
}

function describeCapsule({ sizes, memory, macs }: Capsule): void {
  write('', `Capsule      ${grouped(sizes.bytes)} bytes`)
  write(`  code       ${grouped(sizes.code)}`)
  write(`  weights    ${grouped(sizes.weights)}`)
  write(`  manifest   ${grouped(sizes.manifest)}`)
  write(`Arena        ${grouped(memory.arena)} bytes`)
  write(`Per beat     ${grouped(macs)} multiply-accumulates`)
}

/** The validation records, where they are present. */
async function runRecords(running: RunningCapsule, oracle: Oracle): Promise<Comparison[]> {
  const folder = recordsFolder()
  if (folder === null) {
    write(
      '',
      'Real records: skipped, no MIT-BIH records here (set CAPLET_ASSETS to the folder above ecg_mitbih)',
    )
    return []
  }
  write('', 'Real records: the validation part of MIT-BIH (not a claim about other patients: see the README)')
  const comparisons: Comparison[] = []
  const confusions: [string, Confusion][] = []
  for (const name of VALIDATION_RECORDS) {
    const beats = await prepareRecord(folder, name)
    const comparison = await compareBeats(running, oracle, beats)
    comparisons.push(comparison)
    confusions.push([name, confusionOf(beats.label, comparison.predicted)])
  }
  const all = addConfusions(confusions.map(([, confusion]) => confusion))
  write(...formatRecordScores([...confusions, ['all', all]]), '', ...formatConfusion(all))
  return comparisons
}

function verdict(comparisons: readonly Comparison[]): string {
  const compared = comparisons.reduce((sum, { comparedBytes }) => sum + comparedBytes, 0)
  const differing = comparisons.reduce((sum, { differingBytes }) => sum + differingBytes, 0)
  const first = comparisons.find(({ firstDifference }) => firstDifference !== null)?.firstDifference
  if (differing === 0) return `EXACT: ${grouped(compared)} output bytes compared with ONNX Runtime, 0 differ`
  return `NOT EXACT: ${grouped(differing)} of ${grouped(compared)} output bytes differ; first: ${first}`
}

function shown(kind: string, file: string): string {
  return `  ${kind.padEnd(9)} ${relative(process.cwd(), file)}`
}

await runOrExplain(main)
