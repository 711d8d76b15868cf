// SPDX-License-Identifier: Apache-2.0
// How long `caplet compile` takes on the ECG example, each time in a fresh process: median of five, at most 5 s.
// `node scripts/compile-time.mjs`; needs dist/ (npm run build) and a machine that does nothing else.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { capture, root } from './process.mjs'

const limit = 5
const runs = 5

const model = join(root, 'examples', 'ecg-beat', 'model.onnx')
const output = join(root, 'build', 'compile-time')
const cli = join(root, 'dist', 'compiler', 'cli.js')

/** Seconds from start to exit. */
function compileOnce() {
  const started = performance.now()
  const printed = capture(process.execPath, [cli, 'compile', model, '-o', output, '--json'])
  if (!printed) throw new Error('caplet compile failed: run it by hand to see why')
  return (performance.now() - started) / 1000
}

mkdirSync(join(root, 'build'), { recursive: true })
const seconds = Array.from({ length: runs }, compileOnce).sort((a, b) => a - b)
const median = seconds[runs >> 1]
console.log(`compile of examples/ecg-beat: ${seconds.map((s) => s.toFixed(2)).join(', ')} s`)
console.log(`median ${median.toFixed(2)} s, limit ${limit} s`)
if (median > limit) process.exitCode = 1
