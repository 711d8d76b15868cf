// SPDX-License-Identifier: Apache-2.0
// Constants of a lowered step, by name and kind.
import type { KernelConstant, Step } from '../codegen/program.js'

function constantOf<Kind extends KernelConstant['kind']>(
  { kernel, constants }: Step,
  name: string,
  ...kinds: Kind[]
): Extract<KernelConstant, { readonly kind: Kind }> {
  const constant = constants[name]
  if (constant && (kinds as string[]).includes(constant.kind)) {
    return constant as Extract<KernelConstant, { readonly kind: Kind }>
  }
  throw new Error(`the kernel ${kernel} has no constant ${name} of kind ${kinds.join(' or ')}`)
}

export const numberOf = (step: Step, name: string): number =>
  constantOf(step, name, 'i32', 'u32', 'usize', 'f32').value

export const bigintOf = (step: Step, name: string): bigint => constantOf(step, name, 'i64').value

export const booleanOf = (step: Step, name: string): boolean => constantOf(step, name, 'bool').value

export const typeOf = (step: Step, name: string) => constantOf(step, name, 'type').value

export const addressOf = (step: Step, name: string): KernelConstant => constantOf(step, name, 'address')
