import { UsageError } from './arguments.ts'

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Parses `500ms`, `10s`, `5m`, `2h` or `1d` into milliseconds. @throws UsageError that names the option */
export function parseDuration(option: string, text: string): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? []
  if (count === undefined)
    throw new UsageError(`${option} is "${text}", expected a duration such as 30s, 10m, 2h or 1d`)
  return Number(count) * unitMs[unit as keyof typeof unitMs]
}
