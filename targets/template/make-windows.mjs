// SPDX-License-Identifier: MIT-0
// Writes windows.h for replay.c: inputs, and the outputs that the capsule gives for them on this computer.
//
//   node make-windows.mjs capsule/model.wasm windows.h [--count 4] [--inputs windows.bin]
//
// windows.bin has whole windows, each all inputs in the model's order, as the capsule's own bytes. Without it they are
// pseudo-random bytes. Give the portable capsule, also where the board runs another tier: the outputs are the same.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '4' }, inputs: { type: 'string' } },
})
const [capsuleFile, headerFile] = positionals
if (headerFile === undefined) {
  console.error('usage: node make-windows.mjs model.wasm windows.h [--count N] [--inputs FILE]')
  process.exit(2)
}

const module = new WebAssembly.Module(readFileSync(capsuleFile))
const [section] = WebAssembly.Module.customSections(module, 'caplet.manifest')
if (section === undefined) throw new Error(`${capsuleFile} is no capsule`)
const manifest = JSON.parse(new TextDecoder().decode(section))
const { exports } = new WebAssembly.Instance(module)

const total = (edges) => edges.reduce((sum, { bytes }) => sum + bytes, 0)

/** xorshift32; a bool is one bit, and no float becomes NaN: their quanta are small integers. */
function pseudoRandom(count) {
  let state = 0x9e3779b9
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 255
  }
  return Array.from({ length: count }, () => {
    const parts = manifest.inputs.map(({ type, bytes }) => {
      if (type === 'bool') return Buffer.from(Uint8Array.from({ length: bytes }, () => next() & 1))
      if (type !== 'float32') return Buffer.from(Uint8Array.from({ length: bytes }, next))
      return Buffer.from(Float32Array.from({ length: bytes / 4 }, () => (next() - 128) / 64).buffer)
    })
    return Buffer.concat(parts)
  })
}

function fromFile(file) {
  const bytes = readFileSync(file)
  const size = total(manifest.inputs)
  if (bytes.length === 0 || bytes.length % size !== 0) {
    throw new Error(`${file} has ${bytes.length} bytes, not a multiple of a window's ${size}`)
  }
  return Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}

function outputsFor(window) {
  const memory = new Uint8Array(exports.memory.buffer)
  let from = 0
  for (const { offset, bytes } of manifest.inputs) {
    memory.set(window.subarray(from, from + bytes), offset)
    from += bytes
  }
  exports.invoke()
  return Buffer.concat(manifest.outputs.map(({ offset, bytes }) => memory.slice(offset, offset + bytes)))
}

const rows = (arrays) =>
  arrays.map((bytes) => `  {${Array.from(bytes).join(', ')}},`.replace(/(.{1,110})(?: |$)/g, '$1\n')).join('')

const windows = values.inputs === undefined ? pseudoRandom(Number(values.count)) : fromFile(values.inputs)
const sha256 = Buffer.from(manifest.model.sha256, 'hex')
writeFileSync(
  headerFile,
  `// SPDX-License-Identifier: MIT-0
// Windows for replay.c, and what capsule "${manifest.model.name}" gives for them. Written by make-windows.mjs.
#include <stdint.h>
#define WINDOWS ${windows.length}u
static const uint8_t window_model_sha256[32] = {${Array.from(sha256).join(', ')}};
static const uint8_t window_inputs[WINDOWS][${total(manifest.inputs)}] = {
${rows(windows)}};
static const uint8_t window_outputs[WINDOWS][${total(manifest.outputs)}] = {
${rows(windows.map(outputsFor))}};
`,
)
