import type { Answers } from '../requests/failures.ts'

/** How the requests to each operation were answered. */
export type Tally = Map<string, Answers>

const shownFailures = 10

/** Adds the answers of an operation to those it had. */
export function addTo(tally: Tally, operation: string, { done, refused, failures }: Answers): void {
  const known = tally.get(operation) ?? { done: 0, refused: 0, failures: [] }
  tally.set(operation, {
    done: known.done + done,
    refused: known.refused + refused,
    failures: [...known.failures, ...failures],
  })
}

/** `2604000 requests: 600000 done, 2004000 refused, 0 failed` */
export function totalOf(tally: Tally): string {
  const all = [...tally.values()]
  const sum = (of: (answers: Answers) => number) => all.reduce((total, each) => total + of(each), 0)
  const [done, refused, failed] = [
    sum((each) => each.done),
    sum((each) => each.refused),
    sum((each) => each.failures.length),
  ]
  return `${done + refused + failed} requests: ${done} done, ${refused} refused, ${failed} failed`
}

/** A line for each operation, and each failure below its own. */
export function shownTally(tally: Tally): string[] {
  const lines = [...tally].flatMap(([operation, { done, refused, failures }]) => [
    row(operation, [done, refused, failures.length]),
    ...failures.slice(0, shownFailures).map((failure) => `FAILED    ${failure}`),
  ])
  return [row('operation', ['done', 'refused', 'failed']), ...lines]
}

function row(name: string, columns: readonly (string | number)[]): string {
  return name.padEnd(36) + columns.map((column) => String(column).padStart(10)).join('')
}
