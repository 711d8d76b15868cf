// SPDX-License-Identifier: MIT-0
// The weight segment: every constant byte of the network, in the order in which the kernels read it. It stays in the
// module (flash on a device); a kernel brings the tile that it needs into linear memory.

/**
 * Copies `bytes` bytes from offset `offset` of the weight segment to address `destination`.
 * Declared as an import; the link step turns it into `memory.init`, which AssemblyScript cannot express.
 */
export declare function copyWeights(destination: usize, offset: usize, bytes: usize): void
