// SPDX-License-Identifier: Apache-2.0
// One runner for every test: those beside the code, those that cross folders (test/) and the examples'.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{compiler,runtime,test,examples}/**/*.test.ts'],
    // A test that compiles a capsule takes about a second; the slowest ones build dozens in one go.
    testTimeout: 60_000,
    hookTimeout: 240_000,
    teardownTimeout: 10_000,
    pool: 'forks',
    maxWorkers: 2,
    // Tests read only their own seeds: the same order and the same inputs on every machine.
    sequence: { shuffle: false },
  },
})
