/**
 * Loaded into each process of the system under test before anything else (`--import`): moves its wall clock by as many
 * milliseconds as stand in the file that has the service's name, or the one the URL says, in the folder the URL names. Timers go by the monotonic
 * clock, as they do when a machine's time is set.
 */
import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'

const lookMs = 200
const asked = new URL(import.meta.url).searchParams
const folder = asked.get('folder') ?? ''
const entry = process.argv[1] ?? ''

if (entry.includes('/entries/')) moveClock(`${folder}/${asked.get('name') ?? basename(entry, extname(entry))}`)

function moveClock(path: string): void {
  const realNow = Date.now
  const realInstant = Temporal.Now.instant
  let aheadMs = 0
  const look = () => {
    try {
      aheadMs = Number(readFileSync(path, 'utf8'))
    } catch {
      aheadMs = 0
    }
  }
  look()
  setInterval(look, lookMs).unref()
  const now = () => realNow() + aheadMs
  const instant = () => realInstant().add({ milliseconds: aheadMs })
  Date.now = now
  globalThis.Date = new Proxy(Date, {
    construct: (target, given: unknown[], made) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, made) as Date,
    apply: (target) => new target(now()).toString(),
  })
  const zoned = (zone?: Temporal.TimeZoneLike) => instant().toZonedDateTimeISO(zone ?? Temporal.Now.timeZoneId())
  Object.assign(Temporal.Now, {
    instant,
    zonedDateTimeISO: zoned,
    plainDateTimeISO: (zone?: Temporal.TimeZoneLike) => zoned(zone).toPlainDateTime(),
    plainDateISO: (zone?: Temporal.TimeZoneLike) => zoned(zone).toPlainDate(),
    plainTimeISO: (zone?: Temporal.TimeZoneLike) => zoned(zone).toPlainTime(),
  })
}
