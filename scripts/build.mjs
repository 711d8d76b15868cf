// SPDX-License-Identifier: Apache-2.0
// Builds dist/: the type-checked JavaScript of compiler/, runtime/ and examples/, and the files they read beside
// themselves (templates, Python drivers). assembly/ and targets/ are read from the package root and stay there.
// The new dist/ replaces the old one only when everything succeeded.
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root, run, tool } from './process.mjs'

const isAsset = (name) => !/\.(ts|md)$/.test(name) && !name.startsWith('.') && name !== '__pycache__'

/** Copies every file of `from` that is no source and no document to the same place below `to`. */
function copyAssets(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!isAsset(entry.name)) continue
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (entry.isDirectory()) copyAssets(source, target)
    else {
      mkdirSync(dirname(target), { recursive: true })
      cpSync(source, target)
    }
  }
}

// In a package that was installed from its tarball there is nothing to build.
if (existsSync(join(root, 'tsconfig.build.json'))) process.exitCode = build()

function build() {
  const fresh = join(root, 'build', `dist-${process.pid}`)
  try {
    const compiler = tool('typescript', 'tsc')
    const status = run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', fresh])
    if (status !== 0) return status
    for (const folder of ['compiler', 'runtime']) copyAssets(join(root, folder), join(fresh, folder))
    const command = join(fresh, 'compiler', 'cli.js')
    if (existsSync(command)) chmodSync(command, 0o755)
    rmSync(join(root, 'dist'), { recursive: true, force: true })
    renameSync(fresh, join(root, 'dist'))
    return 0
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}
