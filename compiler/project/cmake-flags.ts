// SPDX-License-Identifier: Apache-2.0
// The flags of `caplet compile` as arguments of a CMake command, so that a project's build repeats its first compilation.
import { CapletError } from '../errors.js'
import type { ProjectOptions } from './new-project.js'

export function cmakeFlags({
  target,
  io,
  edgeLayout,
  contract,
  tfliteMultipliers,
  floatIslands,
  states,
  shapes,
}: ProjectOptions): string {
  const flags = [
    ...(target === null ? [] : ['--target', target]),
    ...(contract === null ? [] : ['--contract', contract]),
    ...(tfliteMultipliers === 'float64' ? [] : ['--tflite-multipliers', tfliteMultipliers]),
    ...(io === 'quantized' ? [] : ['--io', io]),
    ...(edgeLayout === 'model' ? [] : ['--edge-layout', edgeLayout]),
    ...(floatIslands ? ['--float-islands'] : []),
    ...[...states].flatMap(([input, output]) => ['--state', `${input}=${output}`]),
    ...[...shapes].flatMap(([name, dimensions]) => ['--shape', `${name}=${dimensions.join(',')}`]),
  ]
  return flags.map(argument).join(' ')
}

/** A semicolon would end an element of CMake's lists. */
function argument(text: string): string {
  if (/^[\w.,=:/+-]+$/.test(text)) return text
  if (text.includes(';')) {
    throw new CapletError({
      code: 'output-folder',
      message: `CMake cannot pass on the flag ${text}: it has a semicolon`,
      remedy: 'Rename the input, or bind its dimensions in the model.',
    })
  }
  return `"${text.replace(/["\\$]/g, '\\$&')}"`
}
