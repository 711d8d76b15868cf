// SPDX-License-Identifier: Apache-2.0
// The projects for Zephyr and ESP-IDF, built by their own CMake files with stand-ins of the SDKs (test/project/stand-ins): the
// module, the component and the templates compile, and ask the SDK for nothing that is unknown.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { versionOf } from '../../runtime/device/toolchain.js'
import { engineSources } from '../../runtime/engines/sources.js'
import { caplet, root } from '../run-caplet.js'
import { writeHeaders } from '../serial/stand-ins/headers.js'

const compiler = 'arm-none-eabi-gcc'
const tools = ['cmake', 'ninja', compiler, 'cargo']
const versions = await Promise.all(tools.map(versionOf))
const missing = tools.filter((_, index) => versions[index] === null)
const place = mkdtempSync(join(tmpdir(), 'caplet-sdk-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

const standIns = join(root, 'test', 'project', 'stand-ins')
const sdks = [
  {
    board: 'nrf52840',
    port: 'src/port.c',
    headers: 'zephyr.h',
    libraries: ['libapp.a', 'modules/caplet/libcaplet.a'],
    // Of its linker script.
    symbols: [],
    words: [`-DZephyr_DIR=${join(standIns, 'zephyr')}`],
  },
  {
    board: 'esp32s3',
    port: 'main/port.c',
    headers: 'idf.h',
    libraries: ['esp-idf/main/lib__idf_main.a', 'esp-idf/shim/lib__idf_shim.a'],
    symbols: ['_rodata_start', '_rodata_end'],
    words: [],
  },
] as const

const core = '-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -Os -std=gnu11'

/** Builds the project; returns the names that its libraries define, and those that they leave to others. */
async function built({ board, port, headers, libraries, words }: (typeof sdks)[number], tier: string) {
  const folder = join(place, `${board}-${tier}`)
  const model = join(root, 'test', 'networks', 'perceptron.qoperator.uint8.onnx')
  const { exitCode, stderr } = await caplet('new', folder, '--board', board, '--model', model, '--tier', tier)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const sdk = join(place, board)
  writeHeaders(join(folder, port), headers, sdk)
  const env = {
    ...process.env,
    IDF_PATH: join(standIns, 'idf'),
    CAPLET_WAMR: await engineSources('wamr'),
  }
  const system = ['-DCMAKE_SYSTEM_NAME=Generic', '-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY']
  const chosen = [`-DCMAKE_C_COMPILER=${compiler}`, `-DCMAKE_C_FLAGS=${core}`, `-DSDK_HEADERS=${sdk}`]
  const build = join(folder, 'build')
  const all = ['-S', folder, '-B', build, '-G', 'Ninja', '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON']
  execFileSync('cmake', [...all, ...system, ...chosen, ...words], { env, stdio: 'pipe' })
  execFileSync('cmake', ['--build', build], { env, stdio: 'pipe' })
  const names = (flag: string) =>
    libraries.flatMap((library) =>
      execFileSync('arm-none-eabi-nm', [flag, '-A', join(build, library)], { encoding: 'utf8' })
        .split('\n')
        .flatMap((line) => line.match(/ [A-Za-z] (\w+)$/)?.[1] ?? line.match(/ U (\w+)$/)?.[1] ?? []),
    )
  const defined = new Set(names('--defined-only'))
  const left = names('-u').filter((name) => !defined.has(name))
  const interpreterWith = (word: string) => {
    execFileSync('cmake', [word, build], { env, stdio: 'pipe' })
    return interpreterIn(build)
  }
  return { defined, undefined: left, commands: commandsOf(build), interpreterWith }
}

const commandsOf = (build: string): { file: string; command: string }[] =>
  JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8'))

/** Of WAMR's interpreter: its level of optimization, and whether it has computed gotos. */
function interpreterIn(build: string) {
  const { command } = commandsOf(build).find(({ file }) => file.endsWith('wasm_interp_fast.c'))!
  const level = command.match(/ -O\w\b/g)!.at(-1)
  return { level, hasGotos: !command.includes('WASM_ENABLE_LABELS_AS_VALUES=0') }
}

describe.each(sdks)('$board', (sdk) => {
  it('native: nothing is left to others but the SDK and the C library', async ({ skip }) => {
    skip(missing.length > 0, `${missing.join(', ')} not found`)
    const { defined, undefined: others } = await built(sdk, 'native')
    for (const name of ['caplet_open', 'caplet_model_native', 'service_run', 'replay_run']) {
      expect(defined).toContain(name)
    }
    const declared = readFileSync(join(root, 'test', 'serial', 'stand-ins', sdk.headers), 'utf8')
    const linker: readonly string[] = sdk.symbols
    const known = /^(mem(cpy|cmp|set|move|chr)|strlen|printf|puts|fflush|_impure_ptr|__aeabi_\w+|sqrtf)$/
    const unknown = others.filter(
      (name) => !linker.includes(name) && !known.test(name) && !new RegExp(`\\b${name}\\b`).test(declared),
    )
    expect([...new Set(unknown)]).toEqual([])
    expect(defined).not.toContain('wasm_runtime_full_init')
  })

  it('accelerated: WAMR, the kernels and the capsule, without a fused multiply-add', async ({ skip }) => {
    skip(missing.length > 0, `${missing.join(', ')} not found`)
    const { defined, commands, interpreterWith } = await built(sdk, 'accelerated')
    const needed = ['caplet_wamr', 'caplet_kernels_1', 'caplet_kernels_selftest', 'wasm_runtime_full_init']
    for (const name of [...needed, 'caplet_model_accelerated_capsule']) expect(defined).toContain(name)
    expect(commands.length).toBeGreaterThan(40)
    expect(commands.filter(({ command }) => !command.includes('-ffp-contract=off'))).toEqual([])

    expect(interpreterWith('-DCONFIG_CAPLET_SMALL=n')).toEqual({ level: ' -O3', hasGotos: true })
    expect(interpreterWith('-DCONFIG_CAPLET_SMALL=y')).toEqual({ level: ' -Os', hasGotos: false })
  })
})

describe.runIf(process.platform === 'linux')('custom', () => {
  it('compiles as it is, holes and all', async ({ skip }) => {
    skip(missing.length > 0, `${missing.join(', ')} not found`)
    const folder = join(place, 'custom')
    const model = join(root, 'test', 'networks', 'perceptron.qoperator.uint8.onnx')
    const words = ['--board', 'custom', '--model', model, '--tier', 'native']
    expect((await caplet('new', folder, ...words)).exitCode).toBe(0)
    const build = join(folder, 'build')
    const flags = '-DCMAKE_C_FLAGS=-Wall -Wextra -Werror'
    execFileSync('cmake', ['-S', folder, '-B', build, '-G', 'Ninja', flags], { stdio: 'pipe' })
    execFileSync('cmake', ['--build', build], { stdio: 'pipe' })
    expect(existsSync(join(build, 'firmware'))).toBe(true)
    const port = readFileSync(join(folder, 'port.c'), 'utf8')
    expect(port.match(/!FIXME/g)!.length).toBeGreaterThan(8)
  })
})

describe('the shim as module and component', () => {
  const read = (path: string) => readFileSync(join(root, path), 'utf8')

  it('has the package’s version', () => {
    const { version } = JSON.parse(read('package.json'))
    expect(read('targets/shim/idf_component.yml')).toContain(`version: "${version}"`)
  })

  it('knows every choice that the templates make, and CMake every choice there is', () => {
    const kconfig = read('targets/shim/Kconfig') + read('targets/shim/zephyr/Kconfig')
    const symbols = [...kconfig.matchAll(/^(?:menu)?config (\w+)$/gm)].map(([, name]) => name!)
    expect(symbols.length).toBe(7)
    const chosen = ['targets/nrf52840-zephyr/prj.conf', 'targets/esp32s3-idf/sdkconfig.defaults'].flatMap(
      (path) => [...read(path).matchAll(/^CONFIG_(CAPLET\w*)=/gm)].map(([, name]) => name!),
    )
    expect(chosen.length).toBe(5)
    expect(chosen.filter((name) => !symbols.includes(name))).toEqual([])
    const cmake = read('cmake/caplet-firmware.cmake') + read('targets/shim/zephyr/CMakeLists.txt')
    const isDefault = (name: string) => name === 'CAPLET_ENGINE_WAMR_FAST'
    expect(symbols.filter((name) => !isDefault(name) && !cmake.includes(`CONFIG_${name}`))).toEqual([])
  })
})
