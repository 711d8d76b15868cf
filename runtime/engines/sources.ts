// SPDX-License-Identifier: Apache-2.0
// C sources of the micro-runtimes: from a folder that the user names, or from the published packages that carry them,
// pinned by version and checksum in targets/engines/engines.json. `cargo vendor` downloads and checks them; nothing is
// built with Rust.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CapletError } from '../../compiler/errors.js'
import { Fingerprint, product } from '../device/products.js'
import { versionOf } from '../device/toolchain.js'
import { type EngineSource, engineList, type SourceName } from './list.js'

/** Why the sources cannot be had here; null where they can. */
export async function missingSources(source: SourceName): Promise<{ reason: string; remedy: string } | null> {
  const { environment } = engineList.sources[source]
  if (process.env[environment] || (await versionOf('cargo')) !== null) return null
  return {
    reason: `cargo not found, which fetches ${source}`,
    remedy: `apt-get install cargo, or set ${environment} to a checkout of ${source}`,
  }
}

/** Folder of the engine's sources. Throws CapletError 'engine-sources'. */
export async function engineSources(name: SourceName): Promise<string> {
  const source = engineList.sources[name]
  const folder = process.env[source.environment] ?? (await vendored(name, source))
  if (existsSync(join(folder, source.proof))) return folder
  throw failed(`${folder} is no source tree of ${name}: it has no ${source.proof}`, source)
}

async function vendored(name: SourceName, source: EngineSource): Promise<string> {
  const { crate, version, checksum, folder } = source
  const key = new Fingerprint().add(crate, version, checksum).text()
  const made = await product('engines', `${crate}-${version}`, key, async (into) => {
    const work = join(into, 'fetch')
    await mkdir(work, { recursive: true })
    await writeFile(join(work, 'lib.rs'), '')
    await writeFile(join(work, 'Cargo.toml'), cargoToml(crate, version))
    await vendor(work, name, source)
    const found = join(work, 'vendor', crate)
    const record = JSON.parse(await readFile(join(found, '.cargo-checksum.json'), 'utf8'))
    if (record.package !== checksum) {
      throw failed(`${crate} ${version} has the checksum ${record.package}, not ${checksum}`, source)
    }
    await rename(join(found, folder), join(into, folder))
    await rm(work, { recursive: true })
  })
  return join(made, folder)
}

const cargoToml = (crate: string, version: string) => `[package]
name = "caplet-engines"
version = "0.0.0"
edition = "2021"
[lib]
path = "lib.rs"
[dependencies]
${crate} = "=${version}"
`

async function vendor(folder: string, name: SourceName, source: EngineSource): Promise<void> {
  try {
    await promisify(execFile)('cargo', ['vendor', '--quiet', 'vendor'], { cwd: folder, maxBuffer: 1 << 26 })
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    const reason = (stderr || message).trim().split('\n').slice(-3).join(' ')
    throw failed(`cargo does not fetch the sources of ${name}: ${reason}`, source)
  }
}

const failed = (message: string, { environment }: EngineSource) =>
  new CapletError({
    code: 'engine-sources',
    message,
    remedy: `Check that cargo reaches its registry, or set ${environment} to a checkout of your own.`,
  })
