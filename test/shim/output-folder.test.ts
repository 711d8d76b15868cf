// SPDX-License-Identifier: Apache-2.0
// What `caplet compile --tier native` writes, built as a firmware's author would: its files, the shim, a main of one's own.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { shimFolder, shimSources } from '../../runtime/engines/engine-build.js'
import { capletJson } from '../run-caplet.js'
import { compileOwn, linkProgram, missingTools } from './host-build.js'
import { folder, joinInputs, networkNamed, subjectOf } from './subjects.js'

afterAll(() => rmSync(folder, { recursive: true }))

const main = `#include <stdio.h>
#include "model.h"
#include "model.native.h"

static uint64_t memory[(CAPLET_BEAT_MEMORY_BYTES + 4096u) / 8u];

int main(void)
{
  caplet_options options = {
      .engine = &caplet_beat_native, .memory = memory, .memory_size = sizeof memory,
      .flash = caplet_beat_descriptor, .flash_size = CAPLET_BEAT_DESCRIPTOR_BYTES,
  };
  caplet_capsule *capsule;
  if (caplet_open(&capsule, &options) != CAPLET_OK || caplet_selftest(capsule) != CAPLET_OK) return 1;
  while (fread(caplet_input(capsule, 0), CAPLET_BEAT_INPUT_0_BYTES, 1, stdin) == 1) {
    if (fread(caplet_input(capsule, 1), CAPLET_BEAT_INPUT_1_BYTES, 1, stdin) != 1) return 2;
    if (caplet_invoke(capsule) != CAPLET_OK) return 2;
    if (fwrite(caplet_output(capsule, 0), CAPLET_BEAT_OUTPUT_0_BYTES, 1, stdout) != 1) return 3;
  }
  return 0;
}
`

it('builds without a warning and gives the same bytes as node', async ({ skip }) => {
  const missing = await missingTools(null)
  skip(missing !== null, missing ?? '')
  const network = networkNamed('ecg-beat')
  const out = join(folder, 'out')
  const words = ['compile', network.path, '-o', out, '--tier', 'native', '--name', 'beat']
  const { json } = await capletJson('compile', ...words)
  const file = join(folder, 'main.c')
  writeFileSync(file, main)
  const sources = [...shimSources, join(shimFolder, 'caplet_native.c'), json.files.native_c, file]
  const program = await linkProgram('output-folder', await compileOwn('folder', sources, ['-O2'], [out]), [])
  const { inputs, outputs } = await subjectOf(network)
  const { status, stdout } = spawnSync(program, { input: joinInputs(inputs) })
  expect(status).toBe(0)
  expect(Buffer.compare(stdout, joinInputs(outputs))).toBe(0)
})
