import { setTimeout as delay } from 'node:timers/promises'
import { followLogs, readLogs, type LogFilter } from '@stoa/supervisor/read-logs'
import { formatLogLine } from '@stoa/supervisor/log-line'
import type { DataFolder } from '@stoa/supervisor/data-folder'
import { systemIn } from '@stoa/supervisor/system-in'
import { CommandFailed, readReaching, UsageError } from '../arguments.ts'
import { showDeployedLogs } from '../deployed-logs.ts'
import { parseDuration } from '../duration.ts'
import { printableJson, say } from '../output.ts'

export const help = `Usage: stoa logs [SERVICE] [-f] [--since 10m] [--grep TEXT] [--trace ID] [--json]

Prints the logs of a service, of one of its processes (order-2), or of all services in the order of time. Prints the last
200 lines if --since is omitted. Of a deployed system (--url), those that monitoring has: of services, from info on.
  -f, --follow   keep printing new lines
  --since 10m    only lines of the last 10 minutes (s, m, h or d), or since a time (2026-01-31T12:00:00Z)
  --grep TEXT    only lines that contain this text
  --trace ID     only lines of this trace
  --json         print the lines exactly as stored, or as monitoring returns them
`

const lastLines = 200
const pollMs = 300

export async function run(args: readonly string[]): Promise<number> {
  const { system, values, positionals } = readReaching(
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
  const [isFollowed, isJson] = [values.follow === true, values.json === true]
  if (system.url === undefined) return showFiles(system.folder, filter, { isFollowed, isJson })
  const { service, since, text, traceId } = filter
  await requireService(system.folder, service)
  await showDeployedLogs(system, { service, since, text, traceId, isFollowed, isJson })
  return 0
}

interface Shown {
  readonly isFollowed: boolean
  readonly isJson: boolean
}

async function showFiles(folder: DataFolder, filter: LogFilter, { isFollowed, isJson }: Shown): Promise<number> {
  await requireProcess(folder, filter.service)
  const show = ({ text, line }: Awaited<ReturnType<typeof readLogs>>[number]) =>
    say(line === undefined ? text : isJson ? printableJson(text) : formatLogLine(line))
  const follower = isFollowed ? followLogs(folder, filter) : undefined
  const found = await readLogs(folder, filter)
  if (found.length === 0 && follower === undefined && filter.traceId !== undefined) {
    throw new CommandFailed(
      `no stored log line belongs to trace ${filter.traceId}: log storage is limited, and the oldest lines are deleted first`,
    )
  }
  for (const each of filter.since === undefined ? found.slice(-lastLines) : found) show(each)
  while (follower !== undefined) {
    await delay(pollMs)
    for (const each of await follower.read()) show(each)
  }
  return 0
}

/** A service, one of its processes (order-2), or what the system keeps a log of beside them. @throws UsageError */
async function requireProcess(folder: DataFolder, name: string | undefined): Promise<void> {
  const { services } = await systemIn(folder)
  const known = [...services.map((each) => each.name), 'postgres', 'supervisor']
  if (name === undefined || known.includes(name.replace(/-\d+$/, ''))) return
  throw new UsageError(`there is no service "${name}": expected one of ${known.join(', ')}`)
}

/** A service, or the gateway; monitoring does not tell the processes of a service apart here. @throws UsageError */
async function requireService(folder: DataFolder, name: string | undefined): Promise<void> {
  const { services } = await systemIn(folder)
  const known = services.map((each) => each.name)
  if (name === undefined || known.includes(name)) return
  throw new UsageError(`there is no service "${name}": expected one of ${known.join(', ')}`)
}

/** Returns the time that `10m` or a timestamp means. @throws UsageError */
export function parseSince(text: string, now: Date, option = '--since'): string {
  if (/^\d+(s|m|h|d)$/.test(text)) return new Date(now.getTime() - parseDuration(option, text)).toISOString()
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new UsageError(`${option} is "${text}", expected 30s, 10m, 2h, 1d or a time`)
  return at.toISOString()
}
