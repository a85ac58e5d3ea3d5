import type { Node } from './valid-values.ts'

/** Two fields of an object that end before they begin. */
export interface WrongRange {
  readonly what: string
  readonly changes: Readonly<Record<string, unknown>>
  /** The field that ends it: where the fault is. */
  readonly end: string
}

/** What the names of the first and of the last of a range have in them. */
const ends = [
  ['From', 'Until'],
  ['From', 'To'],
  ['from', 'until'],
  ['from', 'to'],
  ['min', 'max'],
  ['Min', 'Max'],
  ['After', 'Before'],
  ['after', 'before'],
  ['start', 'end'],
  ['Start', 'End'],
] as const

/** Every range that an object has, the wrong way round. */
export function wrongRangesOf({ properties = {} }: Node): WrongRange[] {
  return Object.entries(properties).flatMap(([first, node]) =>
    ends.flatMap(([begin, end]) => {
      const last = first.replace(begin, end)
      const other = properties[last]
      // hours of the day go round: from 22 until 6
      if (!first.includes(begin) || other === undefined || first.endsWith('Hour')) return []
      return reversed(node).map(([from, to]) => ({
        what: `ends before it begins: ${first} ${String(from)}, ${last} ${String(to)}`,
        changes: { [first]: from, [last]: to },
        end: last,
      }))
    }),
  )
}

function reversed({ type, format, minimum = 0 }: Node): [unknown, unknown][] {
  if (format === 'date-time') {
    return [
      ['2026-12-24T00:00:00Z', '2026-12-12T00:00:00Z'],
      ['2026-12-12T00:00:00+01:00', '2026-12-12T00:30:00+02:00'],
      ['2026-12-12T00:00:00.0000002Z', '2026-12-12T00:00:00.0000001Z'],
    ]
  }
  return type === 'integer' || type === 'number' ? [[minimum + 9, minimum + 3]] : []
}
