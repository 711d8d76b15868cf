// SPDX-License-Identifier: Apache-2.0
// The steps of a compilation whose results `inspect --after` shows, in order.
export const inspectableSteps = ['import', 'infer-types', 'normalize', 'fuse', 'lower', 'plan'] as const

export type InspectableStep = (typeof inspectableSteps)[number]
