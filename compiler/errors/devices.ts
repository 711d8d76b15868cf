// SPDX-License-Identifier: Apache-2.0
// Errors of what is built for devices: translated capsules and micro-runtimes.
import type { ErrorEntries } from './entry.js'

export const deviceErrors = {
  'native-translation': {
    code: 'CAP053',
    title: 'The capsule cannot be translated to C',
    meaning:
      'The native tier is the capsule as C. wasm2c of the npm package wabt writes it, in exactly the version whose text Caplet knows how to read; it is missing, has another version, or failed.',
    remedy: 'Install the version that the message names, beside caplet.',
    example: 'The npm package wabt, which carries wasm2c, is not installed.',
  },
  'engine-sources': {
    code: 'CAP054',
    title: 'The sources of a micro-runtime cannot be had',
    meaning:
      'WAMR and wasm3 are compiled from their C sources. cargo fetches them from published packages, pinned by version and checksum; or CAPLET_WAMR and CAPLET_WASM3 name checkouts.',
    remedy: 'Check that cargo reaches its registry, or name a checkout of your own.',
    example: 'wamrx-sys 0.3.0 has another checksum than the one that is pinned',
  },
} satisfies ErrorEntries
