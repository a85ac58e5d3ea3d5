import { setTimeout as delay } from 'node:timers/promises'
import type { LogRecord } from '@stoa/contracts/monitoring/log-resources'
import { listLogs } from '@stoa/contracts/monitoring/logs-http'
import { formatLogLine } from '@stoa/supervisor/log-line'
import { CommandFailed } from './arguments.ts'
import { askOperation } from './ask-operation.ts'
import { keepAsking } from './keep-asking.ts'
import { note, say, sayJson } from './output.ts'
import type { ReachedSystem } from './system-url.ts'

/** Which lines are printed, and how. */
export interface WantedLines {
  readonly service: string | undefined
  readonly since: string | undefined
  readonly text: string | undefined
  readonly traceId: string | undefined
  readonly isFollowed: boolean
  readonly isJson: boolean
}

const lastLines = 200
const mostLines = 10_000
const pollMs = 2_000
// A process holds lines for a moment, so those of another can arrive first.
const lateMs = 10_000

/** Prints the log lines that monitoring of a deployed system has, the earliest first, and with `isFollowed` those that arrive. @throws CommandFailed */
export async function showDeployedLogs(system: ReachedSystem, wanted: WantedLines): Promise<void> {
  const show = (line: LogRecord) => (wanted.isJson ? sayJson(line) : say(formatted(line)))
  const isLimited = wanted.since === undefined && wanted.traceId === undefined
  let lines = await linesOf(system, wanted, wanted.since, isLimited ? lastLines : mostLines)
  if (lines.length === 0 && !wanted.isFollowed && wanted.traceId !== undefined) {
    throw new CommandFailed(
      `no stored log line belongs to trace ${wanted.traceId}: log storage is limited, and the oldest lines are deleted first`,
    )
  }
  if (lines.length === mostLines) note(`only the latest ${mostLines} lines are shown`)
  for (const line of lines) show(line)
  // what is older than the first line that is shown is not new: it was left out, or came before the command
  const begin = lines.at(0)?.at ?? new Date(Date.now() - lateMs).toISOString()
  while (wanted.isFollowed) {
    await delay(pollMs)
    const known = new Set(lines.map(({ id }) => id))
    const newest = lines.at(-1)?.at ?? begin
    const from = new Date(Date.parse(newest) - lateMs).toISOString()
    const found = await keepAsking(() => linesOf(system, wanted, from, mostLines))
    const isNew = ({ id, at }: LogRecord) => !known.has(id) && at >= begin
    for (const line of found) if (isNew(line)) show(line)
    if (found.length > 0) lines = found
  }
}

/** Reads the latest lines, and returns them in the order of time. */
async function linesOf(
  system: ReachedSystem,
  { service, text: contains, traceId }: WantedLines,
  from: string | undefined,
  most: number,
): Promise<LogRecord[]> {
  const lines: LogRecord[] = []
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const limit = Math.min(200, most - lines.length)
    if (limit < 1) break
    const query = { service, contains, traceId, from, limit, cursor }
    const page = await askOperation(system, listLogs, { query })
    lines.push(...page.items)
    cursor = page.nextCursor
  }
  return lines.toReversed()
}

/** As the line is on this machine: the stack of an error is left out. */
function formatted({ at, level, service, message, traceId, attributes }: LogRecord): string {
  const {
    'exception.type': _type,
    'exception.stacktrace': _stack,
    'exception.message': reason,
    error,
    ...fields
  } = attributes
  const timestamp = new Date(at).toISOString()
  const shown = reason === undefined ? error : { message: reason }
  return formatLogLine({
    timestamp,
    level,
    service,
    message,
    traceId,
    fields: { ...fields, ...(shown === undefined ? {} : { error: shown }) },
  })
}
