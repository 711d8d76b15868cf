// SPDX-License-Identifier: Apache-2.0
// Runs a capsule in the JavaScript engine's own WebAssembly (V8 in Node), knowing nothing but its manifest.
import { CapletError } from '../compiler/errors.js'
import type { Manifest } from '../compiler/codegen/custom-sections.js'
import type { OpenCapsule } from './runtime.js'

const notACapsule = (message: string): CapletError =>
  new CapletError({
    code: 'not-a-capsule',
    message,
    remedy: 'Give a model.wasm written by `caplet compile`.',
  })

/** Throws CapletError where the bytes are no capsule. */
export async function openNode(wasm: Uint8Array): Promise<OpenCapsule> {
  let module: WebAssembly.Module
  try {
    module = await WebAssembly.compile(wasm as Uint8Array<ArrayBuffer>)
  } catch (error) {
    throw notACapsule(`The file is not a WebAssembly module (${(error as Error).message})`)
  }
  const [section] = WebAssembly.Module.customSections(module, 'caplet.manifest')
  if (!section) throw notACapsule('The module has no section caplet.manifest')
  const manifest = JSON.parse(new TextDecoder().decode(section)) as Manifest
  if (WebAssembly.Module.imports(module).length > 0) {
    throw notACapsule('The module has imports: it is not a portable capsule')
  }
  const { exports } = await WebAssembly.instantiate(module, {})
  const memory = exports.memory as WebAssembly.Memory
  const invoke = exports.invoke as () => void
  const selftest = exports.selftest as () => number
  return {
    inputs: manifest.inputs,
    outputs: manifest.outputs,
    invoke: (inputs) => {
      const bytes = new Uint8Array(memory.buffer)
      manifest.inputs.forEach((edge, i) => {
        const input = inputs[i]
        if (input?.length !== edge.bytes) {
          throw new CapletError({
            code: 'shape-mismatch',
            message: `Input "${edge.name}" needs ${edge.bytes} bytes, not ${input?.length ?? 0}`,
            remedy: `Give it the shape [${edge.shape}] of ${edge.type}.`,
          })
        }
        bytes.set(input, edge.offset)
      })
      invoke()
      return manifest.outputs.map((edge) => bytes.slice(edge.offset, edge.offset + edge.bytes))
    },
    selftest: () => selftest(),
  }
}
