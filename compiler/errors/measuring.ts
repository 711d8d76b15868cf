// SPDX-License-Identifier: Apache-2.0
// Errors of benchmarks and of fitting.
import type { ErrorEntries } from './entry.js'

export const measuringErrors: ErrorEntries = {
  'bad-baseline': {
    title: 'The earlier benchmark cannot be read',
    meaning:
      'The file given with --baseline is not what `caplet bench --json` prints, so there is nothing to compare with.',
    remedy:
      'Write one with `caplet bench model.onnx --json > baseline.json`, with the version to compare with.',
    example: 'old.json cannot be compared with: it is no benchmark',
  },
}
