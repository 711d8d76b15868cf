// SPDX-License-Identifier: Apache-2.0
// Writes compiler/fit/measured.json: measures the examples and the committed networks on emulated boards in every tier, and
// finds what the sizes depend on. Run it in a clone, after the build, where test/fit-boards.test.ts says so:
//   node dist/runtime/bench/calibrate.js
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Capsule } from '../../compiler/codegen/capsule.js'
import { assembleProgram, type CompileOptions, defaultOptions, lower } from '../../compiler/compile.js'
import { CapletError } from '../../compiler/errors.js'
import type { Measured, TierMeasurement } from '../../compiler/fit/measured.js'
import { readModel } from '../../compiler/read-model.js'
import { compilerVersion } from '../../compiler/version.js'
import { type Board, boards, type TierName } from '../device/boards.js'
import { packageFolder } from '../device/folders.js'
import { countInstructions, type Measurement } from '../device/measure.js'
import { Fingerprint, product } from '../device/products.js'
import { buildCapsuleFirmware } from '../device/tiers.js'
import { boardVersion, missingFor } from '../device/toolchain.js'
import { engineList } from '../engines/list.js'
import { generatedSamples } from '../verify/samples.js'
import { boardFaults } from './run.js'
import { type Observation, summarize } from './summarize.js'

const command = 'node dist/runtime/bench/calibrate.js'

/** The boards that stand for the cores of compiler/targets.ts. */
const cores = ['cortex-m4', 'cortex-m33', 'cortex-m0', 'riscv32']

/** Engines behave alike on the other cores: there every third network shows it. */
const sparseness = 3

interface Network {
  readonly name: string
  readonly path: string
  readonly shapes: CompileOptions['shapes']
}

function networks(): Network[] {
  const examples = readdirSync(join(packageFolder, 'examples')).map((name) => {
    return { name, path: join(packageFolder, 'examples', name, 'model.onnx'), shapes: new Map() }
  })
  const folder = join(packageFolder, 'test', 'networks')
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
  const committed = manifest.networks.map((network: { name: string; dynamic: Record<string, number[]> }) => {
    const shapes = new Map(Object.entries(network.dynamic))
    return { name: network.name, path: join(folder, `${network.name}.onnx`), shapes }
  })
  return [...examples, ...committed]
}

const capsules = new Map<string, Promise<Capsule>>()

function capsuleOf(network: Network, target: string | null, tier: CompileOptions['tier']): Promise<Capsule> {
  const key = `${network.name} ${target} ${tier}`
  const known =
    capsules.get(key) ?? compile(network, { ...defaultOptions, shapes: network.shapes, target, tier })
  capsules.set(key, known)
  return known
}

async function compile({ path }: Network, options: CompileOptions): Promise<Capsule> {
  const model = readModel(path)
  const { graph, program } = lower(model, options)
  return assembleProgram(model, graph, program, options)
}

/** null where the board has no room for it. Kept, since a measurement of the same firmware is the same. */
async function measured(board: Board, tier: TierName, capsule: Capsule): Promise<Measurement | null> {
  try {
    const { elf } = await buildCapsuleFirmware(board, tier, capsule.wasm)
    const key = new Fingerprint().add(basename(join(elf, '..'))).text()
    const folder = await product('measurements', `${tier}.${board.name}`, key, async (into) => {
      const edges = capsule.manifest.inputs.map((edge) => ({ ...edge, grid: null }))
      const input = generatedSamples(edges, 0, 0).at(0)
      const measurement = await countInstructions(board, tier, capsule.wasm, [input])
      writeFileSync(join(into, 'measurement.json'), JSON.stringify(measurement))
    })
    return JSON.parse(readFileSync(join(folder, 'measurement.json'), 'utf8'))
  } catch (error) {
    // Memory that is too small shows at the link, at caplet_open, or as a fault where the stack overflows.
    if (!(error instanceof CapletError) || !boardFaults.has(error.problems[0]!.code)) throw error
    process.stderr.write(`left out: ${error.message.split('\n')[0]}\n`)
    return null
  }
}

function networksFor(board: Board, tier: TierName): Network[] {
  const all = networks()
  const isMain = board.runtime === cores[0] || tier === 'native'
  return all.filter((_, index) => isMain || index % sparseness === 0)
}

async function measureTier(
  board: Board,
  tier: TierName,
  form: CompileOptions['tier'],
): Promise<TierMeasurement | null> {
  const chosen = networksFor(board, tier)
  const hasFloatUnit = board.coreFlags.includes('-mfloat-abi=hard')
  const observations: Observation[] = []
  for (const [index, network] of chosen.entries()) {
    // Both forms of requantizing occur on such a core; every network need not show both.
    const target = hasFloatUnit && index % 2 === 0 ? 'cortex-m4f' : null
    const capsule = await capsuleOf(network, target, form)
    const isOfForm = form === 'portable' || capsule.manifest.kernel_interface !== null
    const measurement = isOfForm ? await measured(board, tier, capsule) : null
    if (measurement) observations.push({ group: network.name, capsule, measurement })
    process.stderr.write(`${board.runtime} ${tier} ${form} ${network.name} ${target ?? 'any'}\n`)
  }
  return observations.length === 0 ? null : summarize(observations, tier === 'native')
}

async function calibrate(): Promise<Measured> {
  const all: Record<string, Record<string, TierMeasurement>> = {}
  const versions: Record<string, string> = { caplet: compilerVersion() }
  for (const core of cores) {
    const board = boards.find(({ runtime }) => runtime === core)!
    all[core] = {}
    for (const tier of board.tiers) {
      const missing = await missingFor(board, tier)
      if (missing) throw new Error(`${missing.reason}; ${missing.remedy}`)
      const forms = tier === 'native' ? (['portable'] as const) : (['portable', 'accelerated'] as const)
      for (const form of forms) {
        const key = tier === 'native' ? tier : `${tier} ${form}`
        const summary = await measureTier(board, tier, form)
        if (summary) all[core]![key] = summary
      }
    }
    versions[core] = await boardVersion(board)
  }
  for (const [name, { version }] of Object.entries(engineList.sources)) versions[name] = version
  return { command, versions, networks: networks().length, cores: all }
}

const result = await calibrate()
const file = join(packageFolder, 'compiler', 'fit', 'measured.json')
writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
process.stdout.write(`${file}\n`)
process.exit(0)
