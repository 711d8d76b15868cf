// SPDX-License-Identifier: Apache-2.0
// docs/bench-table.md is a whole table: the examples in every tier of every board, the keyword network on the Cortex-M4s,
// MLPerf Tiny's models on one of them, each once, and figures that agree with each other.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { boards, type TierName } from '../runtime/device/boards.js'
import { root } from './run-caplet.js'

const text = readFileSync(join(root, 'docs', 'bench-table.md'), 'utf8').replaceAll('\r\n', '\n')
const lines = text
  .split('\nWithout room there: ')[0]!
  .split('\n')
  .filter((line) => line.startsWith('| '))
const [header, ...rows] = lines.map((line) => line.slice(2, -2).split(' | '))
const body = rows.filter((cells) => !cells[0]!.startsWith('---'))
const withoutRoom = /^Without room there: (.*)\.$/m.exec(text)![1]!.split(', ')

const tiny = { 'tiny-keyword': 2_656_768, 'tiny-image': 12_501_632, 'tiny-anomaly': 264_192 }

/** Multiply-accumulates, as `caplet inspect` tells them. */
const models = { 'ecg-beat': 131_320, digits: 77_664, keyword: 2_656_768, ...tiny }

const boardsOf = (model: string) =>
  boards.filter(({ runtime }) => {
    if (model in tiny) return runtime === 'cortex-m4'
    return model !== 'keyword' || ['cortex-m4', 'stm32f405'].includes(runtime)
  })

const formsOf = (tier: TierName): string[] =>
  tier === 'native' ? ['native'] : [`portable, ${tier}`, `accelerated, ${tier}`]

it('has every model in every tier of every board, or says that there is no room', () => {
  const found = body.map((cells) => cells.slice(0, 3).join(' | '))
  expect(new Set(found).size).toBe(found.length)
  const wanted = Object.keys(models).flatMap((model) =>
    boardsOf(model).flatMap(({ name, runtime, tiers }) =>
      tiers.flatMap((tier) =>
        formsOf(tier).map((form) => ({
          model,
          form,
          board: `${runtime} (${name})`,
          runtime: `${runtime}:${tier}`,
        })),
      ),
    ),
  )
  for (const { model, form, board, runtime } of wanted) {
    const isThere = found.includes(`${model} | ${board} | ${form}`)
    const isNoted = withoutRoom.some((note) => note.startsWith(`${model} on ${runtime}`))
    expect(isThere !== isNoted, `${model} on ${board}, ${form}`).toBe(true)
  }
  expect(found.length + withoutRoom.filter((note) => note !== 'none').length).toBe(wanted.length)
})

it('has figures that agree with each other', () => {
  expect(header!.slice(3)).toEqual([
    'instructions',
    'per MAC',
    'memory',
    'stack',
    '.data/.bss',
    'RAM',
    'capsule',
    'flash',
  ])
  for (const cells of body) {
    const [model] = cells as [keyof typeof models]
    const [instructions, perMac, memory, stack, statics, ram, capsule, flash] = cells
      .slice(3)
      .map((cell) => Number(cell.replaceAll(',', ''))) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    expect(perMac, cells.join()).toBeCloseTo(instructions / models[model], 1)
    expect(ram).toBe(memory + stack + statics)
    expect(capsule).toBeGreaterThan(0)
    expect(flash).toBeGreaterThan(capsule)
  }
})

it('sets the models of MLPerf Tiny beside native peers, with the same figures as above', () => {
  const peers = text.split('## Beside native peers')[1]!.split('\n')
  for (const [model, macs] of Object.entries(tiny)) {
    const found = peers
      .filter((line) => line.startsWith(`| ${model} | `))
      .map((line) => line.slice(2, -2).split(' | '))
    expect(found.map(([, who]) => who)).toEqual([
      ...['Caplet, accelerated, wamr-fast', 'Caplet, native', 'TFLite Micro, reference kernels'],
      ...['TFLite Micro, CMSIS-NN without SMLAD', 'TFLite Micro, CMSIS-NN'],
    ])
    for (const [, who, instructions, perMac] of found) {
      expect(Number(perMac), who).toBeCloseTo(Number(instructions!.replaceAll(',', '')) / macs, 1)
    }
    const own = body.find(([name, , form]) => name === model && form === 'native')!
    expect(found[1]!.slice(2)).toEqual([own[3], own[4], own[8], own[10]])
  }
})
