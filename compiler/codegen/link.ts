// SPDX-License-Identifier: Apache-2.0
// Step 10b, link: what AssemblyScript cannot express. Adds the passive weight segment, turns the imported copyWeights into
// memory.init, and appends the custom sections. No optimizer passes: they could split the segment, and their result
// depends on what ran before in the process.
import { internalError } from './internal-error.js'
import { readSections, sectionIds } from './module-sections.js'

export interface LinkInput {
  readonly wasm: Uint8Array
  /** Always becomes one passive segment, an empty one where the network has no constants: a host finds the same form. */
  readonly segment: Uint8Array
  readonly customSections: ReadonlyMap<string, Uint8Array>
}

const segmentName = 'weights'

export async function link({ wasm, segment, customSections }: LinkInput): Promise<Uint8Array> {
  checkStaticData(wasm)
  // asc's own binaryen: one version, and its result belongs to the pinned one. Loaded late because it is large.
  const { default: binaryen } = await import('assemblyscript/binaryen')
  const { MutableGlobals, SignExt, NontrappingFPToInt, BulkMemory, BulkMemoryOpt } = binaryen.Features
  const module = binaryen.readBinary(wasm)
  try {
    module.setFeatures(MutableGlobals | SignExt | NontrappingFPToInt | BulkMemory | BulkMemoryOpt)
    checkGlobals(binaryen, module)
    checkInstructions(module.emitText())
    const { initial, max } = module.getMemoryInfo()
    // The export of the memory exists already, hence null.
    const segments = [{ name: segmentName, offset: 0, data: segment, passive: true }]
    module.setMemory(initial, max ?? initial, null as unknown as string, segments)
    defineCopyWeights(binaryen, module)
    for (const [name, bytes] of customSections) module.addCustomSection(name, bytes)
    if (!module.validate()) throw internalError('Linking produced an invalid module.')
    return module.emitBinary()
  } finally {
    module.dispose()
  }
}

type Binaryen = typeof import('assemblyscript/binaryen')['default']
type Module = ReturnType<Binaryen['readBinary']>

function defineCopyWeights(binaryen: Binaryen, module: Module): void {
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const { name, module: from, params, results } = binaryen.getFunctionInfo(module.getFunctionByIndex(index))
    if (from !== 'weights') continue
    const [destination, offset, bytes] = [0, 1, 2].map((local) => module.local.get(local, binaryen.i32))
    module.removeFunction(name)
    module.addFunction(
      name,
      params,
      results,
      [],
      module.memory.init(segmentName, destination!, offset!, bytes!),
    )
    return
  }
}

/** It would be lost below, where the memory's segments are set; and it would lie in the arena. */
function checkStaticData(wasm: Uint8Array): void {
  if (readSections(wasm).some((section) => section.id === sectionIds.data)) {
    throw internalError(
      'A kernel has static data (an array, a string or memory.data); it must read the weight segment.',
    )
  }
}

function checkGlobals(binaryen: Binaryen, module: Module): void {
  for (let index = 0; index < module.getNumGlobals(); index++) {
    const { name, mutable } = binaryen.getGlobalInfo(module.getGlobalByIndex(index))
    if (mutable) throw internalError(`The module has a mutable global "${name}".`)
  }
}

/** memory.grow would break the sealed memory, data.drop the next invoke; call_indirect cannot be proven to stay inside. */
function checkInstructions(text: string): void {
  const found = /\b(memory\.grow|data\.drop|call_indirect)\b/.exec(text)
  if (found) throw internalError(`The module contains ${found[1]}.`)
}
