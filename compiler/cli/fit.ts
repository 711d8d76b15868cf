// SPDX-License-Identifier: Apache-2.0
// caplet fit: whether a capsule fits a chip, tier by tier, and what fills the arena.
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Fit, FittedNeed, TargetFit } from '../fit/fit.js'
import type { Tier } from '../fit/needs.js'
import type { Peak, Remedy } from '../fit/peak.js'
import { defineCommand, type Result, report } from './command.js'
import { addModelOptions, type ModelFlags, modelOptionsOf } from './options.js'
import { progress } from './progress.js'
import { columns, count, indent, plural, table } from './table.js'

interface Flags extends ModelFlags {
  readonly tier?: Tier
  readonly flash?: number
  readonly ram?: number
  readonly measure?: true
  readonly json?: true
}

async function fitOne(model: string, flags: Flags): Promise<Result> {
  const { fitModel } = await import('../fit/fit.js')
  const measure = flags.measure && (await import('../../runtime/bench/measured-need.js')).measureNeed
  const bar = progress()
  try {
    const fitted = await fitModel(model, {
      ...modelOptionsOf(flags),
      tier: flags.tier ?? null,
      flashBytes: flags.flash,
      ramBytes: flags.ram,
      measure,
      onProgress: bar.update,
    })
    bar.stop()
    const text = flags.target === null ? overview(fitted) : detail(fitted, fitted.targets[0]!)
    return { json: jsonOf(fitted), text, failed: !fitted.fits }
  } finally {
    bar.stop()
  }
}

const jsonOf = ({ capsule, measured, targets, peak, remedies, fits }: Fit) => ({
  fits,
  model: capsule.model,
  compiler: capsule.compilerVersion,
  macs: capsule.macs,
  targets: targets.map(({ target, memory, needs, fits: fitsTarget }) => ({
    target: target.name,
    core: target.core,
    other_code: target.isOtherCode,
    flash: memory.flashBytes ?? null,
    ram: memory.ramBytes ?? null,
    source: memory.source ?? null,
    fits: fitsTarget,
    tiers: needs.map(needJson),
  })),
  peak: {
    node: peak.node,
    operator: peak.operator,
    bytes: peak.bytes,
    elsewhere: peak.elsewhere,
    tensors: peak.blocks,
  },
  remedies,
  measured: { command: measured.command, versions: measured.versions, networks: measured.networks },
})

const needJson = ({ tier, engine, isMeasured, fits, flash, ram, memory, ...missing }: FittedNeed) => {
  const { engineHeap, ...others } = ram
  const { flashMissing, ramMissing } = missing
  return {
    tier,
    engine,
    fits,
    measured: isMeasured,
    flash: { ...flash, missing: flashMissing },
    ram: { ...others, engine_heap: engineHeap, missing: ramMissing },
    memory,
  }
}

const nameOf = ({ tier, engine }: FittedNeed) => (engine === null ? tier : `${tier}, ${engine}`)

function verdictOf({ fits, flashMissing, ramMissing }: FittedNeed): string {
  if (fits !== false) return fits ? 'fits' : ''
  const missing = [
    flashMissing > 0 ? `flash: ${count(flashMissing)} too many` : '',
    ramMissing > 0 ? `RAM: ${count(ramMissing)} too many` : '',
  ]
  return missing.filter((text) => text !== '').join('; ')
}

function overview(fitted: Fit): string {
  const rows = fitted.targets.flatMap(({ target, needs }) =>
    needs.map((need) => [
      ...[target.name, nameOf(need), need.flash.total, need.flash.within, need.ram.total, need.ram.within],
      verdictOf(need),
    ]),
  )
  return [
    `${fitted.capsule.model.name}: bytes of flash and RAM that the capsule needs, with its engine`,
    indent(table(['target', 'tier', 'flash', '±', 'RAM', '±', 'verdict'], rows)),
    `With --target: what they consist of, and what would lower them.\n${origin(fitted)}`,
  ].join('\n\n')
}

function detail(fitted: Fit, { target, memory, needs, fits }: TargetFit): string {
  const { flashBytes, ramBytes } = memory
  const available = [
    flashBytes === undefined ? '' : `${count(flashBytes)} bytes of flash`,
    ramBytes === undefined ? '' : `${count(ramBytes)} bytes of RAM`,
  ].filter((text) => text !== '')
  const head = `${fitted.capsule.model.name} on ${target.name} (${target.summary})`
  const verdict = fits === null ? 'needs' : fits ? 'fits' : 'DOES NOT FIT'
  const parts = [
    `${head}: ${verdict}${available.length > 0 ? `, of ${available.join(' and ')}` : ''}`,
    indent(ramTable(needs)),
    indent(flashTable(needs)),
    peakText(fitted.peak, fitted.remedies, fitted.capsule.memory.arena),
  ]
  if (target.isOtherCode)
    parts.push(
      `note: machine code of a ${target.core} stands in for that of ${target.name}, which was not measured`,
    )
  return [...parts, origin(fitted)].join('\n\n')
}

function ramTable(needs: readonly FittedNeed[]): string {
  const header = ['RAM', 'total', '±', 'arena', 'state', 'engine heap', 'stack', '.data/.bss', 'verdict']
  const rows = needs.map((need) => {
    const { total, within, arena, state, engineHeap, stack, statics } = need.ram
    return [nameOf(need), total, within, arena, state, engineHeap, stack, statics, verdictOf(need)]
  })
  return table(header, rows)
}

function flashTable(needs: readonly FittedNeed[]): string {
  const header = ['flash', 'total', '±', 'capsule', 'of it weights', 'shim', 'kernels', 'engine', 'C library']
  const rows = needs.map((need) => {
    const { total, within, capsule, weights, shim, kernels, engine, libc } = need.flash
    return [nameOf(need), total, within, capsule, weights, shim, kernels, engine, libc]
  })
  return table(header, rows)
}

function peakText(
  { node, operator, bytes, blocks, elsewhere }: Peak,
  remedies: readonly Remedy[],
  arena: number,
): string {
  const where = node === null ? 'between the host and the network' : `at the node ${node} (${operator})`
  const lines = [
    `The arena of ${count(arena)} bytes is fullest ${where}, where ${count(bytes)} bytes live:`,
    indent(columns(blocks.map(({ names, bytes: own }) => [own, names.join(' + ')]))),
    elsewhere < bytes
      ? `At any other node at most ${plural(elsewhere, 'byte')} live: so far can smaller tensors here lower it.`
      : 'Another node needs as much, so smaller tensors here alone would not lower it.',
  ]
  for (const remedy of remedies) lines.push(`${remedy.change}: arena ${count(remedy.arena)}`)
  return lines.join('\n')
}

const origin = ({ measured: { networks }, targets }: Fit): string =>
  targets.some(({ needs }) => needs.some(({ isMeasured }) => isMeasured))
    ? "Measured on emulated boards. A firmware's own code, its serial line and start-up are not counted."
    : `Estimated from ${networks} networks that emulated boards measured, give or take ± (docs/fit.md); --measure measures this one.
A firmware's own code, its serial line and start-up are not counted.`

/** 65536, 64K or 1M. */
function parseBytes(text: string): number {
  const [, digits, unit] = /^(\d+)([kKmM]?)$/.exec(text) ?? []
  const bytes =
    Number(digits) * { '': 1, k: 1024, m: 1024 ** 2 }[(unit ?? '').toLowerCase() as '' | 'k' | 'm']
  if (digits === undefined || bytes > 2 ** 32)
    throw new InvalidArgumentError('Expected bytes, for example 65536, 64K or 1M.')
  return bytes
}

export function fitCommand(): Command {
  const command = addModelOptions(
    defineCommand('fit', 'say whether a capsule fits a chip, before anything is flashed', [
      'fit model.onnx',
      'fit model.onnx --target nrf52840',
      'fit model.onnx --target nrf52840 --measure',
      'fit model.onnx --target cortex-m4f --flash 256K --ram 32K --tier native',
    ])
      .argument('<model>', 'ONNX or TensorFlow Lite model, quantized to 8 bits')
      .addOption(
        new Option('--tier <tier>', 'the tier that must fit (default: any)').choices([
          'portable',
          'accelerated',
          'native',
        ]),
      )
      .option('--measure', 'build the firmware and measure it on an emulated board instead of estimating')
      .option(
        '--flash <bytes>',
        "flash that the firmware leaves for it (default: all of the target's)",
        parseBytes,
      )
      .option(
        '--ram <bytes>',
        "RAM that the firmware leaves for it (default: all of the target's)",
        parseBytes,
      ),
  )
  command.options.find(({ long }) => long === '--target')!.default(null, 'all of them')
  return command.action((model: string, flags: Flags) => report(!!flags.json, () => fitOne(model, flags)))
}
