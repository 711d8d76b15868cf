// SPDX-License-Identifier: Apache-2.0
// docs/emulated-board.md as it stands: its commands make a project, build it with arm-none-eabi-gcc, run it in QEMU and
// compare it over the emulator's serial socket.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { boardNamed } from '../../runtime/device/boards.js'
import { missingFor, versionOf } from '../../runtime/device/toolchain.js'
import { engineSources } from '../../runtime/engines/sources.js'
import { root } from '../run-caplet.js'

const place = mkdtempSync(join(tmpdir(), 'caplet-emulated-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

const missing = await missingFor(boardNamed('mps2-an386')!, 'wamr-fast')
const versions = await Promise.all(['cmake', 'ninja'].map(versionOf))
const reason = missing?.reason ?? (versions.includes(null) ? 'cmake or ninja not found' : null)
const page = readFileSync(join(root, 'docs', 'emulated-board.md'), 'utf8')
const blocks = [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({
  kind,
  text: text!,
}))
const script = blocks.filter(({ kind }) => kind === 'sh').map(({ text }) => text)
const documented = blocks.find(({ text }) => text.startsWith('caplet: '))!.text

const withoutTimes = (text: string) => text.replace(/\r/g, '').replace(/\d+ us/g, 'N us')

/** By path: every file that was generated. */
function capsuleFiles(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const files = paths.filter((path) => statSync(join(folder, path)).isFile())
  return new Map(files.map((path) => [path, readFileSync(join(folder, path), 'latin1')]))
}

describe.runIf(process.platform !== 'win32').each(['accelerated', 'native'])('%s', (tier) => {
  const folder = join(place, tier)
  const project = join(folder, 'my-firmware')

  it('the page’s commands end with an exact comparison', async ({ skip }) => {
    skip(reason !== null, reason ?? '')
    const wamr = tier === 'native' ? {} : { CAPLET_WAMR: await engineSources('wamr') }
    const env = { ...process.env, CAPLET: root, ...wamr }
    const adapted = (text: string) =>
      tier === 'accelerated'
        ? text
        : text
            .replace('--board cortex-m4', '--board cortex-m4 --tier native')
            .replace('model.accelerated.', 'model.')
    const bash = async (text: string, cwd: string) =>
      (await promisify(execFile)('bash', ['-euc', text], { cwd, env })).stdout
    mkdirSync(folder)
    // In two parts, so that what `new` wrote can be compared with what the build makes of it.
    const [make, ...rest] = script
    const [first, build] = split(adapted(make!))
    await bash(first, folder)
    const before = capsuleFiles(join(project, 'capsule'))
    expect(await bash(build, project)).toContain('Compiling')
    expect(capsuleFiles(join(project, 'capsule'))).toEqual(before)
    const functions = make!.split('\n')[0]!
    const ending = "trap 'kill %1 2>/dev/null || true' EXIT"
    const compared = await bash(`${ending}\n${functions}\n${adapted(rest.join('\n'))}`, project)
    expect(compared).toMatch(/^EXACT: .* over 20 inputs\./)
    expect(compared).toContain(tier === 'native' ? 'mps2-an386, native' : 'mps2-an386, wamr-fast')
  })

  it('the console shows what the page shows', async ({ skip }) => {
    skip(reason !== null, reason ?? '')
    const words = ['--build', join(project, 'build'), '--target', 'run']
    const run = spawn('cmake', words, { detached: true, stdio: ['pipe', 'pipe', 'inherit'] })
    let text = ''
    run.stdout.on('data', (bytes) => {
      text += String(bytes)
    })
    while (!/replay finished\r?\n/.test(text) && run.exitCode === null) await once(run.stdout, 'data')
    process.kill(-run.pid!, 'SIGKILL')
    expect(withoutTimes(text)).toContain(withoutTimes(documented))
  })

  if (tier === 'native') return // compiled in, so that no slot can replace it

  it('a capsule in a slot of the flash runs instead, a damaged one does not', async ({ skip }) => {
    skip(reason !== null, reason ?? '')
    const wasm = new Uint8Array(readFileSync(join(project, 'capsule', 'model.accelerated.wasm')))
    const damaged = wasm.slice()
    damaged[damaged.length - 100]! ^= 0x40
    for (const [bytes, line] of [
      [wasm, 'caplet: capsule of slot 0'],
      [damaged, "caplet: the image's capsule"],
    ] as const) {
      const slot = Buffer.alloc(0x40000, 0xff)
      slot.set(bytes)
      writeFileSync(join(folder, 'slot.bin'), slot)
      expect(await consoleWith(join(folder, 'slot.bin'), join(project, 'build', 'firmware.elf'))).toContain(
        line,
      )
    }
  })
})

/** Until the replay is finished; the file lies where targets/qemu-cortex-m4 has its first slot. */
async function consoleWith(slot: string, firmware: string): Promise<string> {
  const board = ['-M', 'mps2-an386', '-nographic', '-kernel', firmware]
  const run = spawn('qemu-system-arm', [
    ...board,
    '-device',
    `loader,file=${slot},addr=0x21000000,force-raw=on`,
  ])
  let text = ''
  run.stdout.on('data', (bytes) => {
    text += String(bytes)
  })
  while (!/replay finished\r?\n/.test(text) && run.exitCode === null) await once(run.stdout, 'data')
  run.kill('SIGKILL')
  return text
}

/** Before and after the project is there. */
function split(text: string): [string, string] {
  const at = text.indexOf('cmake -B')
  return [text.slice(0, at), text.slice(at)]
}
