// SPDX-License-Identifier: Apache-2.0
// A fault of the compiler itself: reported like any other error, never as a stack trace.
import { CapletError } from '../errors.js'

export const internalError = (message: string, node?: string, operator?: string): CapletError =>
  new CapletError({
    code: 'internal',
    message,
    remedy: 'This is a fault of caplet, not of the model: please report it with the model and the command.',
    node,
    operator,
  })
