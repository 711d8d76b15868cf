// SPDX-License-Identifier: Apache-2.0
// A vitest reporter that writes counts and the reason of every skipped test to the file named by CAPLET_SUMMARY.
import { writeFileSync } from 'node:fs'

export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failed: unhandledErrors.length, skipped: [] }
    for (const module of modules) {
      if (module.errors().length > 0) summary.failed++
      for (const test of module.children.allTests()) {
        const { state, note } = test.result()
        if (state === 'passed') summary.passed++
        else if (state === 'failed') summary.failed++
        else
          summary.skipped.push({ file: module.relativeModuleId, test: test.fullName, reason: note ?? null })
      }
    }
    writeFileSync(process.env.CAPLET_SUMMARY, JSON.stringify(summary))
  }
}
