// SPDX-License-Identifier: Apache-2.0
// A progress bar on stderr for long work, where stderr is a terminal; nothing elsewhere.
import { Presets, SingleBar } from 'cli-progress'

export interface Progress {
  /** `done` of `total` units of the work named `label` are finished. */
  update(label: string, done: number, total: number): void
  /** Takes the bar away; call it also when the work failed. */
  stop(): void
}

export function progress(): Progress {
  if (!process.stderr.isTTY) return { update() {}, stop() {} }
  let bar: SingleBar | null = null
  return {
    update(label, done, total) {
      if (!bar) {
        const format = '{label} [{bar}] {value}/{total}'
        bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true }, Presets.legacy)
        bar.start(total, done, { label })
        return
      }
      bar.setTotal(total)
      bar.update(done, { label })
    },
    stop() {
      bar?.stop()
      bar = null
    },
  }
}
