// SPDX-License-Identifier: Apache-2.0
// The flags that several commands share, and how their values are read. A value that no model could make right is
// wrong usage (exit code 2).
import { type Command, InvalidArgumentError, Option } from 'commander'
import { targets } from '../targets.js'

/** Dimensions by input name. */
export type Shapes = ReadonlyMap<string, readonly number[]>

/** Output by input. */
export type States = ReadonlyMap<string, string>

const largestDimension = 2 ** 31 - 1

/** `x=1,1,187`, added to the shapes already given. */
export function parseShape(text: string, previous: Shapes): Shapes {
  const at = text.lastIndexOf('=')
  const name = text.slice(0, at)
  const dimensions = text.slice(at + 1).split(',')
  if (at < 1 || !dimensions.every((dimension) => /^\d+$/.test(dimension.trim()))) {
    throw new InvalidArgumentError('Expected input=dimensions, for example x=1,1,187.')
  }
  const shape = dimensions.map(Number)
  if (shape.some((dimension) => dimension < 1 || dimension > largestDimension)) {
    throw new InvalidArgumentError('Every dimension must be at least 1.')
  }
  if (previous.has(name)) throw new InvalidArgumentError(`Input ${name} is given twice.`)
  return new Map(previous).set(name, shape)
}

/** `h_in=h_out`, added to the states already given: output by input. */
export function parseState(text: string, previous: States): States {
  const at = text.indexOf('=')
  const [input, output] = [text.slice(0, at), text.slice(at + 1)]
  if (at < 1 || output === '')
    throw new InvalidArgumentError('Expected input=output, for example h_in=h_out.')
  if (previous.has(input)) throw new InvalidArgumentError(`Input ${input} is given twice.`)
  return new Map(previous).set(input, output)
}

/** An integer from `least` up to `most`. */
export const parseInteger = (least: number, most: number) => (text: string) => {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new InvalidArgumentError(`Expected an integer from ${least} to ${most}.`)
  }
  return value
}

/** `a,b,c`: no empty entry, none twice, each among `known`; `accepts` where more is known than is shown: places, tiers. */
export const parseList =
  (known: readonly string[], accepts: (entry: string) => boolean = (entry) => known.includes(entry)) =>
  (text: string) => {
    const entries = text.split(',').map((entry) => entry.trim())
    if (!entries.every(accepts)) throw new InvalidArgumentError(`Known: ${known.join(', ')}.`)
    return [...new Set(entries)]
  }

function parseName(text: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) {
    throw new InvalidArgumentError('It becomes a prefix in C: letters, digits and _ only, no digit first.')
  }
  return text
}

/** One of these values. */
export const oneOf = (available: readonly string[]) => (text: string) => {
  if (available.includes(text)) return text
  throw new InvalidArgumentError(`Available: ${available.join(', ')}.`)
}

export const tiers = ['portable', 'accelerated', 'native'] as const
export type Tier = (typeof tiers)[number]

/** Every flag that changes what is compiled; `compile`, `inspect` and `verify` share them. */
export const addCompileOptions = (command: Command): Command =>
  addModelOptions(command).addOption(
    new Option(
      '--tier <tier>',
      'form of the capsule: portable; accelerated (host kernels) or native (C for firmware) beside it',
    )
      .argParser(oneOf(tiers))
      .default('portable'),
  )

/** The same without the tier, for commands that look at several. */
export const addModelOptions = (command: Command): Command =>
  addFormOptions(command.option('--name <name>', "prefix in C (default: the model file's stem)", parseName))

/** The same without the name, for commands that choose it. */
export function addFormOptions(command: Command): Command {
  const choice = (flags: string, description: string, parse: (text: string) => string, fallback: string) =>
    command.addOption(new Option(flags, description).argParser(parse).default(fallback))
  command.addOption(
    new Option('--shape <input=dims>', 'bind the dimensions of an input; repeatable')
      .argParser(parseShape)
      .default(new Map(), 'as in the model'),
  )
  command.addOption(
    new Option('--state <input=output>', "keep an output inside, as the next run's input; repeatable")
      .argParser(parseState)
      .default(new Map(), 'none'),
  )
  command.addOption(
    new Option('--contract <name>', 'numeric contract: onnxruntime, integer (docs/arithmetic.md) or tflite')
      .argParser(oneOf(['onnxruntime', 'integer', 'tflite']))
      .default(null, "that of the model's format"),
  )
  choice(
    '--tflite-multipliers <precision>',
    'as TFLite Micro formed them: float64, or float32 before 13 October 2026',
    oneOf(['float64', 'float32']),
    'float64',
  )
  command.addOption(
    new Option('--target <name>', `processor to be fast on: ${targets.map(({ name }) => name).join(', ')}`)
      .argParser(oneOf(targets.map(({ name }) => name)))
      .default(null, 'any: integers only'),
  )
  choice(
    '--io <type>',
    'element type at the edges: quantized or float',
    oneOf(['quantized', 'float']),
    'quantized',
  )
  command.option(
    '--float-islands',
    'compile sums that ONNX Runtime leaves in float to float32, in its order, instead of refusing them',
  )
  choice(
    '--edge-layout <layout>',
    'order of dimensions at the edges: model or nhwc',
    oneOf(['model', 'nhwc']),
    'model',
  )
  return command
}

/** Values of the flags above. */
export interface FormFlags {
  readonly shape: Shapes
  readonly state: States
  readonly contract: 'onnxruntime' | 'integer' | 'tflite' | null
  readonly tfliteMultipliers: 'float64' | 'float32'
  readonly target: string | null
  readonly io: 'quantized' | 'float'
  readonly floatIslands?: boolean
  readonly edgeLayout: 'model' | 'nhwc'
}

export interface ModelFlags extends FormFlags {
  readonly name?: string
}

export interface CompileFlags extends ModelFlags {
  readonly tier: Tier
}

/** The same values as the compiler takes them. */
export const compileOptionsOf = ({ tier, ...flags }: CompileFlags) => ({ ...modelOptionsOf(flags), tier })

export const modelOptionsOf = ({ name, ...flags }: ModelFlags) => ({
  ...(name !== undefined && { name }),
  ...formOptionsOf(flags),
})

export const formOptionsOf = ({
  shape,
  state,
  contract,
  tfliteMultipliers,
  target,
  io,
  floatIslands,
  edgeLayout,
}: FormFlags) => ({
  shapes: shape,
  states: state,
  contract,
  tfliteMultipliers,
  target,
  io,
  floatIslands: floatIslands ?? false,
  edgeLayout,
})
