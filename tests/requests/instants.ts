import { instantRule } from '@stoa/contract'

const rule = new RegExp(instantRule.pattern)

const moments = [
  '0001-01-01T00:00:00',
  '0001-01-02T00:00:00',
  '1883-11-18T12:03:58',
  '2024-02-29T23:59:59',
  '2026-07-01T12:00:00',
  '9999-12-30T23:59:59',
  '9999-12-31T23:59:59',
]
const beyond = [
  '-0001-12-31T00:00:00',
  '0000-01-01T00:00:00',
  '0000-12-31T23:59:59',
  '10000-01-01T00:00:00',
  '+010000-01-01T00:00:00',
  '2023-02-29T00:00:00',
  '2026-02-30T00:00:00',
  '2026-13-01T00:00:00',
  '2026-00-10T00:00:00',
  '2026-01-01T24:00:00',
  '2026-01-01T23:60:00',
  '2026-01-01T12:00:61',
  '2026-01-01 12:00',
  '2026-01-01',
  '-infinity',
  'now',
]
const offsets = ['Z', '+00:00', '-00:00', '+14:00', '+15:59', '-15:59', '+16:00', '-16:00', '+23:59', '-23:59']
const fractions = [0, 1, 3, 6, 7, 9, 10, 12, 20].map((digits) => (digits === 0 ? '' : `.${'9'.repeat(digits)}`))
const leapSeconds = ['2016-12-31T23:59:60Z', '2016-12-31T23:59:60+15:59', '9999-12-31T23:59:60Z']

/** Times at both ends of what can be stored, past them, and between; some are of the rule. */
const instants = [
  ...[...moments, ...beyond].flatMap((moment) =>
    offsets.flatMap((offset) => fractions.map((fraction) => `${moment}${fraction}${offset}`)),
  ),
  ...leapSeconds,
  ...moments,
  ...['', '+1:00', '+01', '+0100', '+24:00', '-99:99', '[UTC]', 'z'].map((offset) => `2026-07-01T12:00:00${offset}`),
]

function isDate(text: string): boolean {
  // a leap second is read as the second before it
  return !Number.isNaN(Date.parse(text.replace(/:60(?=[^\d])/, ':59').replace(/\.\d+/, '')))
}

/** Those that are no times of the rule, or no dates of the calendar. */
export const wrongInstants: readonly string[] = instants.filter((text) => !rule.test(text) || isNoDay(text))

/** Those that are to be taken, stored and returned. */
export const edgeInstants: readonly string[] = instants.filter((text) => rule.test(text) && !isNoDay(text))

function isNoDay(text: string): boolean {
  if (!isDate(text)) return true
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})/.exec(text) ?? []
  const daysOfMonth = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate()
  return Number(day) > daysOfMonth
}
