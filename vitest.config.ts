// SPDX-License-Identifier: Apache-2.0
// One runner for every test: those beside the code, those that cross folders (test/) and the examples'.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{compiler,runtime,test,examples}/**/*.test.ts'],
    // Limits are for hangs, not for speed: a busy machine is ten times slower than an idle one.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
    teardownTimeout: 10_000,
    pool: 'forks',
    maxWorkers: 2,
    // Tests read only their own seeds: the same order and the same inputs on every machine.
    sequence: { shuffle: false },
  },
})
