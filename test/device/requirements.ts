// SPDX-License-Identifier: Apache-2.0
// Why a test of emulated boards cannot run here.
import type { Runtime } from '../../runtime/runtime.js'

export async function whyMissing(runtime: Runtime): Promise<string | null> {
  const availability = await runtime.availability()
  return 'reason' in availability ? `${availability.reason}; ${availability.remedy}` : null
}
