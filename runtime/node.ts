// SPDX-License-Identifier: Apache-2.0
// Runs a capsule in the JavaScript engine's own WebAssembly (V8 in Node), knowing nothing but its manifest.
import { kernelModule } from '../compiler/tiers/kernel-interface.js'
import { importedNames, type Kernel, openTwin, type Twin, weightSegment } from './kernels/twin.js'
import { notACapsule, readManifest } from './manifest.js'
import { checkInputs, type OpenCapsule, type Runtime, trapped } from './runtime.js'

/** Throws CapletError where the bytes are no capsule. */
export async function openNode(wasm: Uint8Array): Promise<OpenCapsule> {
  const { inputs: edges, outputs } = readManifest(wasm)
  const { exports } = await instantiate(wasm)
  const memory = exports.memory as WebAssembly.Memory
  const invoke = exports.invoke as () => void
  const selftest = exports.selftest as () => number
  const reset = (exports.reset ?? (() => {})) as () => void
  guarded(reset)
  const read = (address: number, bytes: number) =>
    new Uint8Array(memory.buffer).slice(address, address + bytes)
  return {
    inputs: edges,
    outputs,
    invoke: (inputs) => {
      checkInputs(edges, inputs)
      const bytes = new Uint8Array(memory.buffer)
      edges.forEach((edge, i) => {
        bytes.set(inputs[i]!, edge.offset)
      })
      guarded(invoke)
      return outputs.map((edge) => read(edge.offset, edge.bytes))
    },
    reset: () => guarded(reset),
    selftest: () => guarded(selftest),
    read,
  }
}

async function instantiate(wasm: Uint8Array): Promise<WebAssembly.Instance> {
  let module: WebAssembly.Module
  try {
    module = await WebAssembly.compile(wasm as Uint8Array<ArrayBuffer>)
  } catch (error) {
    throw notACapsule(`The file is not a valid WebAssembly module (${(error as Error).message})`)
  }
  const names = importedNames(module)
  if (names.length === 0) return WebAssembly.instantiate(module, {})
  const twin = await openTwin(weightSegment(wasm))
  const imports = Object.fromEntries(names.map((name) => [name, kernelNamed(name, twin)]))
  const instance = await WebAssembly.instantiate(module, { [kernelModule]: imports })
  twin.attach(instance.exports.memory as WebAssembly.Memory)
  return instance
}

function kernelNamed(name: string, { kernels }: Twin): Kernel {
  const kernel = kernels.get(name)
  if (!kernel)
    throw notACapsule(`The module imports the host kernel ${name}, which this version does not have`)
  return kernel
}

function guarded<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw error instanceof WebAssembly.RuntimeError ? trapped('node', error.message) : error
  }
}

/** Always there. Its version is V8's, since V8 is what runs the capsule. */
export const nodeRuntime: Runtime = {
  name: 'node',
  availability: async () => ({
    version: `${process.versions.node} (V8 ${process.versions.v8})`,
    needsWasi: false,
  }),
  open: async ({ wasm }) => {
    const capsule = await openNode(wasm)
    return {
      inputs: capsule.inputs,
      outputs: capsule.outputs,
      run: async (inputs) => inputs.map((input) => capsule.invoke(input)),
      reset: async () => capsule.reset(),
      countOperators: () => null,
      selftest: async () => capsule.selftest(),
      read: async (address, bytes) => capsule.read(address, bytes),
      close: async () => {},
    }
  },
  close: async () => {},
}
