// SPDX-License-Identifier: Apache-2.0
// `caplet verify`: a capsule against its contract's reference, every byte of every output, in every runtime.
import type { Contract } from '../compiler/codegen/capsule.js'
import { type CompileOptions, defaultOptions } from '../compiler/compile.js'
import { contractOf } from '../compiler/contracts.js'
import { CapletError, located } from '../compiler/errors.js'
import { type PresentRuntime, presentRuntimes, referenceName, type SkippedRuntime } from './list.js'
import type { Manifest } from './manifest.js'
import type { Pace } from './runtime.js'
import { type Lane, openComparison } from './verify/comparison.js'
import { locate } from './verify/locate.js'
import type { NativeDistance } from './verify/native-distance.js'
import type { ReferenceDistance } from './verify/reference-distance.js'
import { type Samples, sequenceStart } from './verify/samples.js'
import { compiledSubject, givenSubject, type Subject, type Toolchain, toolchain } from './verify/subject.js'
import { keepsState, samplesFor } from './verify/subject-samples.js'

export interface VerifyOptions extends Partial<CompileOptions> {
  /** Verify this very file instead of a fresh compilation. */
  readonly capsule?: string | undefined
  /** .npy or .npz with inputs of the user's own, run besides the generated ones. */
  readonly inputs?: string | undefined
  /** Names; default: all that are present. */
  readonly runtimes?: readonly string[] | undefined
  /** Also measure how far a native ONNX Runtime is. */
  readonly reference?: 'native' | undefined
  /** Random inputs, besides the corner inputs. Default 1000. */
  readonly count?: number | undefined
  readonly seed?: number | undefined
  readonly onProgress?: ((label: string, done: number, total: number) => void) | undefined
  /** The compiler itself; tests plant faults in it. */
  readonly tools?: Toolchain | undefined
}

export interface Mismatch {
  readonly input: number
  /** Inputs that were run before it since the last reset; null where the capsule keeps no state. */
  readonly step: number | null
  readonly output: string
  readonly index: number
  readonly expected: number | string
  readonly actual: number | string
  readonly node: string | null
  /** What was found about its origin, for people. */
  readonly note: string
}

export interface RuntimeResult {
  readonly name: string
  readonly version: string
  /** Of the capsule that it ran: the one to verify, or its accelerated twin. null: our own reference, which runs none. */
  readonly sha256: string | null
  readonly outputsCompared: number
  readonly mismatches: number
  readonly firstMismatch: Mismatch | null
  readonly pace: Pace | null
}

export interface Verification {
  /** null: the contract's reference is absent here, and nothing differs from our own. */
  readonly exact: boolean | null
  readonly oracle: 'present' | 'absent'
  readonly sha256: string
  readonly contract: Contract
  /** Inputs that were run. */
  readonly inputs: number
  /** How often the capsule was reset: it keeps state, and the inputs were steps of sequences. null: each stood by itself. */
  readonly sequences: number | null
  readonly runtimes: readonly RuntimeResult[]
  readonly skipped: readonly SkippedRuntime[]
  readonly native: NativeDistance | null
  /** Of the contract `integer` from ONNX Runtime; null under another one. */
  readonly distance: ReferenceDistance | null
}

export const defaultCount = 1000

/** Throws CapletError where the model does not compile, a file is unfit, or a named runtime is absent. */
export async function verifyModel(path: string, options: VerifyOptions = {}): Promise<Verification> {
  const { present, skipped } = await presentRuntimes(options.runtimes)
  try {
    return await verifyIn(present, skipped, path, options)
  } catch (error) {
    throw options.capsule && isAboutCapsule(error) ? located(options.capsule, error) : error
  } finally {
    await Promise.all(present.map(({ runtime }) => runtime.close()))
  }
}

const isAboutCapsule = (error: unknown): boolean =>
  error instanceof CapletError &&
  error.problems.some(({ code }) => code === 'not-a-capsule' || code === 'selftest-failed')

async function verifyIn(
  present: readonly PresentRuntime[],
  absent: readonly SkippedRuntime[],
  path: string,
  options: VerifyOptions,
): Promise<Verification> {
  const tools = options.tools ?? toolchain
  const wasi = present.some(({ needsWasi }) => needsWasi)
  const compile: CompileOptions = { ...defaultOptions, ...compileOptionsOf(options), wasi }
  options.onProgress?.('compiling', 0, 1)
  const subject = options.capsule
    ? givenSubject(path, options.capsule, compile, tools)
    : await compiledSubject(path, compile, tools)
  refuseNative(subject, options)
  const { able, unable } = ableToRun(subject, present, options)
  const { count = defaultCount, seed = 0, inputs } = options
  const samples = samplesFor(subject, { count, seed, inputs })
  const withReference = options.runtimes?.includes(referenceName) ?? false
  const native = options.reference === 'native'
  const accelerated = await twinFor(subject, able, path, compile, tools)
  const comparison = await openComparison(subject, able, { withReference, native, accelerated })
  try {
    await comparison.run(samples, (done, total) => options.onProgress?.('comparing', done, total))
    const runtimes: RuntimeResult[] = []
    for (const lane of comparison.lanes) runtimes.push(await resultOf(lane, samples, tools))
    const isEqual = runtimes.every(({ mismatches }) => mismatches === 0)
    const { hasOracle } = comparison
    if (isEqual) await comparison.checkSelfTests()
    return {
      exact: isEqual && !hasOracle ? null : isEqual,
      oracle: hasOracle ? 'present' : 'absent',
      sha256: subject.sha256,
      contract: contractOf(subject.model, subject.options),
      inputs: samples.length,
      sequences: keepsState(subject) ? sequencesOf(samples) : null,
      runtimes,
      skipped: [...absent, ...unable],
      native: comparison.nativeDistance(),
      distance: comparison.referenceDistance(),
    }
  } finally {
    await comparison.close()
  }
}

/** A native build is compared with the reference of its own kind; the contract `integer` is measured against that one. */
function refuseNative({ options: { contract } }: Subject, { reference }: VerifyOptions): void {
  if (contract !== 'integer' || reference !== 'native') return
  throw new CapletError({
    code: 'unsupported-feature',
    message: 'The distance of a native ONNX Runtime is measured under the contract onnxruntime',
    remedy:
      'Leave --reference native away: under --contract integer the distance to ONNX Runtime is printed anyway.',
  })
}

const sequencesOf = (samples: Samples): number =>
  Array.from({ length: samples.length }, (_, index) => samples.startsAt(index)).filter(Boolean).length

/** The accelerated capsule of the same model and options, where one of the runtimes runs nothing else. */
async function twinFor(
  { manifest }: Subject,
  able: readonly PresentRuntime[],
  path: string,
  compile: CompileOptions,
  tools: Toolchain,
): Promise<Subject | null> {
  const isNeeded = isPortable(manifest) && able.some(({ runtime }) => runtime.acceleratedOnly)
  return isNeeded ? compiledSubject(path, { ...compile, tier: 'accelerated', wasi: false }, tools) : null
}

const isPortable = ({ kernel_interface }: Manifest): boolean => kernel_interface === null

/**
 * Some runtimes cannot run this form of capsule: they are passed over, unless they were named.
 * Throws CapletError where one that was named cannot.
 */
function ableToRun(
  { manifest }: Subject,
  present: readonly PresentRuntime[],
  { runtimes: named, capsule }: VerifyOptions,
) {
  const whyNot = isPortable(manifest) ? (capsule ? whyNotThisFile : () => null) : whyNotAccelerated
  const unable = present
    .filter((entry) => whyNot(entry) !== null)
    .map((entry): SkippedRuntime => {
      const { name } = entry.runtime
      const { reason, remedy } = whyNot(entry)!
      if (!named?.includes(name)) return { name, reason: `${reason}; ${remedy}` }
      throw new CapletError({
        code: 'missing-runtime',
        message: `The runtime ${name} cannot run this capsule: ${reason}`,
        remedy,
      })
    })
  return { able: present.filter((entry) => whyNot(entry) === null), unable }
}

/** A file that was given is verified as it is: no other one takes its place. */
function whyNotThisFile({ runtime }: PresentRuntime) {
  if (!runtime.acceleratedOnly) return null
  const reason = 'it runs accelerated capsules, and this one is portable'
  return { reason, remedy: 'give model.accelerated.wasm as the capsule' }
}

function whyNotAccelerated({ runtime, needsWasi }: PresentRuntime) {
  if (runtime.portableOnly) {
    const reason = 'it compiles the portable capsule, and this one calls host kernels'
    return { reason, remedy: 'verify the portable twin there' }
  }
  const reason = 'its program runs only WASI commands, and an accelerated capsule is none'
  return needsWasi ? { reason, remedy: 'install its Python package: python3 -m pip install wasmtime' } : null
}

/** The compiler's part of the options. */
function compileOptionsOf(options: VerifyOptions): Partial<CompileOptions> {
  const isOption = (key: string) => key === 'name' || key in defaultOptions
  return Object.fromEntries(
    Object.entries(options).filter(([key, value]) => isOption(key) && value !== undefined),
  )
}

async function resultOf(lane: Lane, samples: Samples, tools: Toolchain): Promise<RuntimeResult> {
  const { name, version, runtime, subject, outputsCompared, mismatches, first } = lane
  const sha256 = runtime && subject.sha256
  const found = { name, version, sha256, outputsCompared, mismatches, pace: lane.pace() }
  if (!first) return { ...found, firstMismatch: null }
  const { input, output, index } = first
  const start = keepsState(subject) ? sequenceStart(samples, input) : input
  const steps = Array.from({ length: input - start + 1 }, (_, step) => samples.at(start + step))
  const { node, note } = await locate(subject, steps, runtime, tools)
  const step = keepsState(subject) ? input - start : null
  const [expected, actual] = [plain(first.expected), plain(first.actual)]
  return {
    ...found,
    firstMismatch: { input, step, output, index, expected, actual, node, note },
  }
}

/** A number where JSON has it, else its digits. */
const plain = (value: number | bigint): number | string =>
  typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : Object.is(value, -0)
      ? '-0'
      : String(value)
