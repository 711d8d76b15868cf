// SPDX-License-Identifier: Apache-2.0
// One row times a weight matrix as a call of the host's kernel `fully_connected` (docs/kernels.md).
import type { Step } from '../../codegen/program.js'
import { hostStep } from '../../tiers/host-step.js'
import { encodeRowBlock } from '../../tiers/parameter-block.js'
import { ranges, wholeTile } from '../convolution/blocks.js'
import { blockHead, hostRecords } from '../convolution/host.js'
import type { Row } from './row.js'

/** Pre: the input's bytes in memory are the row, the output's are the units. */
export function lowerHostRow({ node, input, output, channels }: Row): Step {
  const units = channels.weights.length
  const depth = channels.weights[0]!.length
  const head = blockHead('fully_connected', channels, input.type === 'uint8', 0)
  return hostStep({
    ...{ name: node.name, operator: node.operator, kernel: 'fully_connected', input, output },
    macs: units * depth,
    weightBytes: units * (depth + 4),
    requantizer: channels.requantizer,
    proof: channels.proof,
    scratchBytes: 0,
    block: encodeRowBlock(head, depth, units),
    contents: wholeTile({ ...channels, records: hostRecords(channels) }, ranges(0, units, 4), depth),
  })
}
