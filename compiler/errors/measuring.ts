// SPDX-License-Identifier: Apache-2.0
// Errors of benchmarks and of fitting.
import type { ErrorEntries } from './entry.js'

export const measuringErrors = {
  'bad-baseline': {
    code: 'CAP055',
    title: 'The earlier benchmark cannot be read',
    meaning:
      'The file given with --baseline is not what `caplet bench --json` prints, so there is nothing to compare with.',
    remedy:
      'Write one with `caplet bench model.onnx --json > baseline.json`, with the version to compare with.',
    example: 'old.json cannot be compared with: it is no benchmark',
  },
  'not-measured': {
    code: 'CAP056',
    title: 'There are no figures for this tier on this core',
    meaning:
      'What a tier needs besides the capsule is measured on emulated boards. That tier has not been measured on a core like that of the target.',
    remedy: 'Ask for another tier, or leave --tier out to see those that have been measured.',
    example: 'The tier portable has not been measured on a core like that of nrf51822',
  },
} satisfies ErrorEntries
