// SPDX-License-Identifier: Apache-2.0
// Runs wasm2c, which the npm package wabt carries as a program for Node.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { CapletError } from '../errors.js'

/** The build whose text native-source.ts knows how to read. */
export const wasm2cVersion = '1.0.39'

/** Every symbol of the translation begins with w2c_capsule_. */
const moduleName = 'capsule'

/** The C source that wasm2c writes for a module. Throws CapletError 'native-translation'. */
export async function runWasm2c(wasm: Uint8Array): Promise<string> {
  const program = await findWasm2c()
  const folder = await mkdtemp(join(tmpdir(), 'caplet-wasm2c-'))
  try {
    const [input, output] = [join(folder, 'model.wasm'), join(folder, 'model.c')]
    await writeFile(input, wasm)
    const flags = ['--no-debug-names', '-n', moduleName, '-o', output]
    await promisify(execFile)(process.execPath, [program, input, ...flags])
    return await readFile(output, 'utf8')
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    throw failed(`wasm2c does not translate the capsule: ${(stderr || message).trim().split('\n')[0]}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function findWasm2c(): Promise<string> {
  const file = locate()
  if (file === null) throw failed('The npm package wabt, which carries wasm2c, is not installed.')
  const { version } = JSON.parse(await readFile(file, 'utf8'))
  if (version !== wasm2cVersion) throw failed(`The installed wabt is version ${version}.`)
  return join(dirname(file), 'bin', 'wasm2c')
}

function locate(): string | null {
  try {
    return createRequire(import.meta.url).resolve('wabt/package.json')
  } catch {
    return null
  }
}

const failed = (message: string) =>
  new CapletError({
    code: 'native-translation',
    message,
    remedy: `Install the version that Caplet reads: npm install wabt@${wasm2cVersion}.`,
  })
