import { setTimeout as delay } from 'node:timers/promises'
import { followLogs, readLogs, type LogFilter } from '@stoa/system/supervisor/read-logs'
import { formatLogLine } from '@stoa/system/supervisor/log-line'
import { readArguments, UsageError } from '../arguments.ts'
import { parseDuration } from '../duration.ts'
import { say } from '../output.ts'

export const help = `Usage: stoa logs [SERVICE] [-f] [--since 10m] [--grep TEXT] [--trace ID] [--json]

Shows what services wrote (order-2: one process of several), of all of them in the order of time; without --since the
last 200 lines.
  -f, --follow   goes on with what is written from now on
  --since 10m    of the last so many s, m, h or d, or since a time (2026-01-31T12:00:00Z)
  --grep TEXT    only lines with this text
  --trace ID     only lines of this trace
  --json         the lines as they stand in the files
`

const lastLines = 200
const pollMs = 300

export async function run(args: readonly string[]): Promise<number> {
  const { folder, values, positionals } = readArguments(
    args,
    {
      follow: { type: 'boolean', short: 'f' },
      since: { type: 'string' },
      grep: { type: 'string' },
      trace: { type: 'string' },
      json: { type: 'boolean' },
    },
    { positionals: 1 },
  )
  const filter: LogFilter = {
    service: positionals[0],
    since: values.since === undefined ? undefined : parseSince(values.since, new Date()),
    text: values.grep,
    traceId: values.trace,
  }
  const show = ({ text, line }: Awaited<ReturnType<typeof readLogs>>[number]) =>
    say(values.json === true || line === undefined ? text : formatLogLine(line))
  const follower = values.follow === true ? followLogs(folder, filter) : undefined
  const found = await readLogs(folder, filter)
  for (const each of filter.since === undefined ? found.slice(-lastLines) : found) show(each)
  while (follower !== undefined) {
    await delay(pollMs)
    for (const each of await follower.read()) show(each)
  }
  return 0
}

/** The time that `10m` or a timestamp stands for. @throws UsageError */
export function parseSince(text: string, now: Date): string {
  if (/^\d+(s|m|h|d)$/.test(text)) return new Date(now.getTime() - parseDuration('--since', text)).toISOString()
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new UsageError(`--since is "${text}", expected 30s, 10m, 2h, 1d or a time`)
  return at.toISOString()
}
