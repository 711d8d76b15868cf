// SPDX-License-Identifier: Apache-2.0
// Confusion matrices of the four classes, and what is read from them.

import { CLASSES, UNKNOWN_CLASS } from './physionet.js'

/** Beats by true class (row) and predicted class (column), N S V F. */
export type Confusion = number[][]

export interface ClassScore {
  /** Share of the beats of the class that are found; null where the class has no beat. */
  sensitivity: number | null
  /** Share of the beats called by this class that are of it; null where no beat is called so. */
  positivePredictivity: number | null
}

/** Beats of class Q are left out. */
export function confusionOf(labels: ArrayLike<number>, predicted: ArrayLike<number>): Confusion {
  const confusion = CLASSES.map(() => CLASSES.map(() => 0))
  for (let index = 0; index < labels.length; index++) {
    if (labels[index] !== UNKNOWN_CLASS) confusion[labels[index]][predicted[index]] += 1
  }
  return confusion
}

export function addConfusions(parts: readonly Confusion[]): Confusion {
  return CLASSES.map((_, row) => CLASSES.map((__, column) => total(parts.map((part) => part[row][column]))))
}

export function scoreOf(confusion: Confusion, label: number): ClassScore {
  const hits = confusion[label][label]
  return {
    sensitivity: ratio(hits, total(confusion[label])),
    positivePredictivity: ratio(hits, total(confusion.map((row) => row[label]))),
  }
}

/** The matrix as text, one line per true class. */
export function formatConfusion(confusion: Confusion): string[] {
  const header = `  true \\ said ${CLASSES.map((name) => name.padStart(7)).join('')}   Se %   +P %`
  const rows = confusion.map((row, label) => {
    const cells = row.map((count) => String(count).padStart(7)).join('')
    const { sensitivity, positivePredictivity } = scoreOf(confusion, label)
    return `${CLASSES[label].padStart(12)}  ${cells}${percent(sensitivity)}${percent(positivePredictivity)}`
  })
  return [header, ...rows]
}

/** One line per record: sensitivity / positive predictivity of each class. */
export function formatRecordScores(records: readonly (readonly [name: string, Confusion])[]): string[] {
  const header = `  record${CLASSES.map((name) => `${name} Se/+P %`.padStart(16)).join('')}`
  const rows = records.map(([name, confusion]) => {
    const cells = CLASSES.map((_, label) => {
      const { sensitivity, positivePredictivity } = scoreOf(confusion, label)
      return `${percent(sensitivity)}/${percent(positivePredictivity)}`.padStart(16)
    })
    return `  ${name.padEnd(6)}${cells.join('')}`
  })
  return [header, ...rows]
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}

function percent(value: number | null): string {
  return (value === null ? '-' : (100 * value).toFixed(1)).padStart(7)
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
