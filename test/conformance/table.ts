// SPDX-License-Identifier: Apache-2.0
// The table that conformance prints and that docs/conformance.md holds.
import type { GroupName } from './cases.js'
import type { Verdict } from './judge.js'
import type { Result } from './results.js'

type Kind = Verdict['kind']

export interface GroupCounts extends Readonly<Record<Kind, number>> {
  readonly group: GroupName
  readonly cases: number
  /** Of the exact ones: recorded with another output than the reference gives. */
  readonly differsFromRecorded: number
  /** By code of the first problem. */
  readonly refusals: ReadonlyMap<string, number>
}

export function countGroups(results: readonly Result[]): GroupCounts[] {
  const groups = [...new Set(results.map(({ conformanceCase }) => conformanceCase.group))]
  return groups.map((group) => {
    const verdicts = results
      .filter(({ conformanceCase }) => conformanceCase.group === group)
      .map(({ verdict }) => verdict)
    const having = (kind: Kind) => verdicts.filter((verdict) => verdict.kind === kind).length
    const refusals = new Map<string, number>()
    for (const verdict of verdicts) {
      if (verdict.kind !== 'refused') continue
      const { code } = verdict.problems[0]!
      refusals.set(code, (refusals.get(code) ?? 0) + 1)
    }
    return {
      ...{ group, cases: verdicts.length, refusals },
      ...{ exact: having('exact'), mismatch: having('mismatch') },
      ...{ refused: having('refused'), unanswered: having('unanswered') },
      differsFromRecorded: verdicts.filter((v) => v.kind === 'exact' && v.differsFromRecorded).length,
    }
  })
}

/** Markdown. */
export function renderTable(groups: readonly GroupCounts[]): string {
  const header = [
    'group',
    'cases',
    'exact',
    'mismatch',
    'refused',
    'reference does not run it',
    'recorded otherwise',
  ]
  const rows = groups.map((g) => [
    ...[g.group, g.cases, g.exact, g.mismatch, g.refused, g.unanswered, g.differsFromRecorded],
  ])
  const codes = [...new Set(groups.flatMap(({ refusals }) => [...refusals.keys()]))].sort()
  const byCode = codes.map((code) => [code, ...groups.map(({ refusals }) => refusals.get(code) ?? 0)])
  return [
    markdown(header, rows),
    markdown(['refused because of', ...groups.map(({ group }) => group)], byCode),
  ].join('\n\n')
}

const markdown = (header: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [
    `| ${header.join(' | ')} |`,
    `|${header.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n')
