// SPDX-License-Identifier: Apache-2.0
// caplet bench: what one inference costs, in every runtime that counts exactly.
import { type Command, Option } from 'commander'
import type { Bar } from '../../runtime/bench/bars.js'
import type { Benchmark, ComparedRun } from '../../runtime/bench/bench.js'
import { everything, meterGroups, meterNames, usualGroups } from '../../runtime/bench/meters.js'
import type { ByPart, DeviceCost } from '../../runtime/bench/run.js'
import type { Capsule } from '../codegen/capsule.js'
import { defineCommand, type Result, report } from './command.js'
import { addModelOptions, type ModelFlags, modelOptionsOf, parseInteger, parseList } from './options.js'
import { progress } from './progress.js'
import { count, indent, plural, table } from './table.js'

interface Flags extends ModelFlags {
  readonly runtime?: readonly string[]
  readonly nodes?: true
  readonly level: 'O3' | 'O2' | 'Os'
  readonly baseline?: string
  readonly svg?: string
  readonly count: number
  readonly seed: number
  readonly json?: true
}

async function bench(model: string, flags: Flags): Promise<Result> {
  const { benchModel } = await import('../../runtime/bench/bench.js')
  const bar = progress()
  try {
    const benchmark = await benchModel(model, {
      ...modelOptionsOf(flags),
      runtimes: flags.runtime,
      count: flags.count,
      seed: flags.seed,
      nodes: flags.nodes === true,
      level: `-${flags.level}`,
      baseline: flags.baseline,
      onProgress: bar.update,
    })
    bar.stop()
    if (flags.svg !== undefined) await writePicture(flags.svg, benchmark)
    return { json: jsonOf(benchmark), text: await textOf(benchmark) }
  } finally {
    bar.stop()
  }
}

const jsonOf = ({ capsule, inputs, runs, skipped, baseline }: Benchmark) => ({
  model: capsule.model,
  compiler: capsule.compilerVersion,
  contract: capsule.contract,
  macs: capsule.macs,
  inputs,
  runs: runs.map((run) => ({
    runtime: run.runtime,
    version: run.version,
    tier: run.tier,
    unit: run.unit,
    per_inference: run.cost,
    spread: run.spread,
    per_mac: perMac(run),
    ratio: run.ratio,
    capsule: capsuleJson(run.capsule),
    device: run.device,
    nodes: run.nodes?.map(({ cost, ...node }) => ({ ...node, per_inference: cost })) ?? null,
  })),
  baseline: baseline && { file: baseline.file, same_model: baseline.model === capsule.model.sha256 },
  skipped,
})

const capsuleJson = ({ sizes, memory, sha256 }: Capsule) => ({
  bytes: sizes.bytes,
  code: sizes.code,
  weights: sizes.weights,
  arena: memory.arena,
  state: memory.state,
  total: memory.total,
  sha256,
})

/** null for a network without multiply-accumulates. */
const perMac = ({ cost, capsule }: ComparedRun): number | null =>
  capsule.macs === 0 ? null : cost / capsule.macs

const decimals = (value: number | null): string => value?.toFixed(2) ?? ''

async function textOf(benchmark: Benchmark): Promise<string> {
  const { capsule, inputs, runs, skipped, baseline } = benchmark
  const about = `${plural(capsule.macs, 'multiply-accumulate')} per inference, measured over ${plural(inputs, 'input')}`
  const parts = [`${capsule.model.name}: ${about}`]
  if (runs.length > 0) {
    parts.push(indent(costTable(benchmark)), indent(sizeTable(runs)))
    const { drawBars } = await import('../../runtime/bench/bars.js')
    parts.push(indent(`${chartTitle(benchmark)}\n${drawBars(barsOf(benchmark), 78)}`))
  }
  for (const run of runs) if (run.nodes) parts.push(nodeText(run))
  parts.push(skipped.map(({ name, reason }) => `skipped ${name}: ${reason}`).join('\n'))
  if (baseline && baseline.model !== capsule.model.sha256)
    parts.push(`note: ${baseline.file} was measured with another model`)
  return parts.filter((part) => part !== '').join('\n\n')
}

function costTable({ runs, baseline }: Benchmark): string {
  const header = [
    'runtime',
    'tier',
    'counts',
    'per inference',
    'spread',
    'per MAC',
    ...(baseline ? ['ratio'] : []),
  ]
  const rows = runs.map((run) => [
    ...[run.runtime, run.tier, run.unit, run.cost, run.spread, decimals(perMac(run))],
    ...(baseline ? [run.ratio === null ? 'new' : run.ratio.toFixed(4)] : []),
  ])
  return table(header, rows)
}

/** Bytes. Memory is what caplet_open is given; flash and .data/.bss are the capsule's and its engine's. */
function sizeTable(runs: readonly ComparedRun[]): string {
  const isDevice = runs.some(({ device }) => device !== null)
  const own = ['runtime', 'tier', 'capsule', 'weights', 'code', 'arena']
  const header = isDevice ? [...own, 'memory', 'stack', 'flash', '.data/.bss', 'level'] : own
  const rows = runs.map(({ runtime, tier, capsule, device }) => [
    ...[runtime, tier, capsule.sizes.bytes, capsule.sizes.weights, capsule.sizes.code, capsule.memory.arena],
    ...(device ? deviceCells(device) : []),
  ])
  return table(header, rows)
}

const deviceCells = ({ memory, stack, flash, ram, level }: DeviceCost): string[] => [
  ...[memory.most, stack, shipped(flash), shipped(ram)].map(count),
  level,
]

/** Without start-up code and serial line: a product has its own. */
const shipped = (bytes: ByPart): number =>
  Object.entries(bytes).reduce((sum, [part, size]) => (part === 'board' ? sum : sum + size), 0)

const isPerMac = ({ capsule }: Benchmark) => capsule.macs > 0
const chartTitle = (benchmark: Benchmark) =>
  isPerMac(benchmark)
    ? 'operators or instructions per multiply-accumulate'
    : 'operators or instructions per inference'

const barsOf = (benchmark: Benchmark): Bar[] =>
  benchmark.runs.map((run) => {
    const value = perMac(run) ?? run.cost
    return {
      label: `${run.runtime} ${run.tier}`,
      value,
      text: isPerMac(benchmark) ? decimals(value) : count(value),
    }
  })

function nodeText({ runtime, tier, unit, cost, nodes }: ComparedRun): string {
  const rows = nodes!.map(({ name, operator, macs, cost: own }) => [
    ...[name, operator, macs, own],
    macs === 0 ? '' : decimals(own / macs),
    `${((100 * own) / cost).toFixed(1)} %`,
  ])
  return `${runtime} ${tier}, node by node\n${indent(table(['node', 'operator', 'MACs', unit, 'per MAC', 'share'], rows))}`
}

async function writePicture(path: string, benchmark: Benchmark): Promise<void> {
  const { svgBars } = await import('../../runtime/bench/bars.js')
  const { writeWhole } = await import('../../runtime/run.js')
  const title = `${benchmark.capsule.model.name}: ${chartTitle(benchmark)}`
  writeWhole(path, new TextEncoder().encode(svgBars(title, barsOf(benchmark))))
}

export const benchCommand = (): Command =>
  addModelOptions(
    defineCommand('bench', 'count what one inference costs, in every runtime that counts exactly', [
      'bench model.onnx',
      'bench model.onnx --nodes --svg model.svg',
      'bench model.onnx --json > before.json',
      'bench model.onnx --baseline before.json',
    ])
      .argument('<model>', 'ONNX or TensorFlow Lite model, quantized to 8 bits')
      .addOption(
        new Option(
          '--runtime <names>',
          `with commas, of ${meterGroups.join(', ')}, or ${everything}; a board's tier as cortex-m4:native`,
        )
          .argParser(parseList(meterNames))
          .default(undefined, usualGroups.join(' and ')),
      )
      .addOption(
        new Option('--level <level>', 'on boards: optimization of native code and interpreter loops')
          .choices(['O3', 'O2', 'Os'])
          .default('O3'),
      )
      .option('--nodes', 'also count node by node')
      .option('--baseline <file>', 'also give the ratio to what bench --json printed earlier')
      .option('--svg <file>', 'also draw the bars into this file')
      .option('-n, --count <inputs>', 'random inputs, besides the corner inputs', parseInteger(1, 1e5), 4)
      .option('--seed <seed>', 'seed of the random inputs', parseInteger(0, 2 ** 32 - 1), 0),
  ).action((model: string, flags: Flags) => report(!!flags.json, () => bench(model, flags)))
