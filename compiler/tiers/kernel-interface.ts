// SPDX-License-Identifier: Apache-2.0
// The interface between an accelerated capsule and the kernels of its host: docs/kernels.md.
import type { Program } from '../codegen/program.js'

export const kernelInterface = 1
export const kernelModule = `caplet_kernels_${kernelInterface}`

/** Kernels by the name of their import: the number in their parameter blocks, and their symbol in assembly/host-kernels.ts. */
export const hostKernels = {
  convolution: { code: 1, symbol: 'convolution' },
  depthwise: { code: 2, symbol: 'depthwise' },
  fully_connected: { code: 3, symbol: 'fullyConnected' },
  pool: { code: 4, symbol: 'pool' },
  binary: { code: 5, symbol: 'binary' },
  table: { code: 6, symbol: 'table' },
  copy: { code: 7, symbol: 'copy' },
  softmax: { code: 8, symbol: 'softmax' },
  matrix_product: { code: 9, symbol: 'matrixProduct' },
} as const

export type HostKernel = keyof typeof hostKernels

/** Names that the program's capsule imports, each once, sorted. */
export const importedKernels = ({ steps }: Pick<Program, 'steps'>): HostKernel[] =>
  [...new Set(steps.flatMap(({ hostKernel }) => (hostKernel ? [hostKernel] : [])))].sort()
