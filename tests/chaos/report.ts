import type { Happened } from './under-fire.ts'

/** How long the system took to be well again, by kind of fault: a table. */
export function recoveryTable(happened: readonly Happened[]): string[] {
  const kinds = Map.groupBy(happened, ({ kind }) => kind)
  const rows = [...kinds].map(([kind, each]) => {
    const times = each.flatMap(({ recovery }) => recovery?.wellMs ?? []).toSorted((a, b) => a - b)
    const shown = (ms: number | undefined) => (ms === undefined ? '-' : (ms / 1_000).toFixed(1))
    return [kind, String(each.length), shown(times[Math.floor((times.length - 1) / 2)]), shown(times.at(-1))]
  })
  const lines = [
    ['fault', 'times', 'median s', 'longest s'],
    ...rows.toSorted(([a = ''], [b = '']) => a.localeCompare(b)),
  ]
  return lines.map(([kind = '', ...numbers]) => kind.padEnd(16) + numbers.map((text) => text.padStart(11)).join(''))
}

/** How many wishes of each kind came to what. */
export function countBy<T>(items: readonly T[], name: (item: T) => string): string {
  const groups = [...Map.groupBy(items, name)].toSorted(([, a], [, b]) => b.length - a.length)
  return groups.map(([key, each]) => `${each.length} ${key}`).join(', ')
}
