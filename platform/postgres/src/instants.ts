const firstInstant = Temporal.Instant.fromEpochMilliseconds(-8.64e15)
const lastInstant = Temporal.Instant.fromEpochMilliseconds(8.64e15)
const lastYear = 275_760

/**
 * Reads what PostgreSQL prints of a `timestamptz`, years after 9999 and before 1 as well. A time beyond what
 * `Temporal` can hold, `infinity` among them, is read as the last one that it can hold.
 */
export function decodeInstant(text: string): Temporal.Instant {
  const isPlain = text[4] === '-' && !text.endsWith('BC')
  return isPlain ? Temporal.Instant.from(text) : decodeFarInstant(text)
}

function decodeFarInstant(text: string): Temporal.Instant {
  if (text === '-infinity') return firstInstant
  const [, printedYear, rest = '', isBefore1] = /^(\d+)(-.+?)( BC)?$/.exec(text) ?? []
  if (printedYear === undefined) return lastInstant
  const year = isBefore1 === undefined ? Number(printedYear) : 1 - Number(printedYear)
  if (year >= lastYear) return lastInstant
  return Temporal.Instant.from(`${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}${rest}`)
}

/** Writes a time as PostgreSQL reads it, to the microsecond. */
export function encodeInstant(instant: Temporal.Instant): string {
  const text = instant.toString({ fractionalSecondDigits: 6 })
  if (/^(?!0000)\d/.test(text)) return text
  if (instant.equals(lastInstant)) return 'infinity'
  if (instant.equals(firstInstant)) return '-infinity'
  const [, year, rest] = /^([+-]?\d+)(-.*)$/.exec(text) ?? []
  return Number(year) > 0 ? `${Number(year)}${rest}` : `${String(1 - Number(year)).padStart(4, '0')}${rest} BC`
}
