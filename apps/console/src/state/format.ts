/** The zone of all times: that of the browser, or UTC. */
export type Zone = 'browser' | 'utc'

/** The end of an id: the starts of ids of the same time are the same. */
export function shortId(id: string): string {
  return id.length > 12 ? `…${id.slice(-8)}` : id
}

/** Money in the notation of its currency. */
export function money({ amount, currency }: { readonly amount: number; readonly currency: string }): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  return format.format(amount / 10 ** digits)
}

/** A whole number with groups. */
export function count(value: number): string {
  return new Intl.NumberFormat('en').format(value)
}

/** A size: bytes to a kilobyte, then kB and MB. */
export function bytes(value: number): string {
  if (value < 1_000) return `${value} bytes`
  return value < 1_000_000 ? `${Math.round(value / 1_000)} kB` : `${(value / 1_000_000).toFixed(1)} MB`
}

/** A duration: milliseconds to ten seconds, then seconds, minutes, hours, days. */
export function duration(ms: number): string {
  if (ms < 1) return `${ms.toFixed(2)} ms`
  if (ms < 100) return `${ms.toFixed(1)} ms`
  if (ms < 10_000) return `${count(Math.round(ms))} ms`
  const seconds = ms / 1_000
  if (seconds < 120) return `${seconds.toFixed(1)} s`
  const minutes = seconds / 60
  if (minutes < 120) return `${Math.round(minutes)} min`
  const hours = minutes / 60
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} d`
}

/** A time as evidence: `28 Nov 18:01:46.120`. */
export function instant(at: string | number, zone: Zone): string {
  const date = new Date(at)
  const parts = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
    ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
  }).formatToParts(date)
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  const time = `${part('hour')}:${part('minute')}:${part('second')}.${part('fractionalSecond')}`
  return `${part('day')} ${part('month')} ${time}`
}

/** How long ago something was, for the freshness of data alone. */
export function ago(ms: number): string {
  return ms < 2_000 ? 'now' : `${duration(Math.max(ms, 10_000))} ago`
}
