import { LogLevel, type LogRecord } from '@stoa/contracts/monitoring/log-resources'
import { listLogs } from '@stoa/contracts/monitoring/logs-http'
import { restClient } from '@stoa/rest'
import type { QueryClient } from '@tanstack/react-query'
import { appHeaders } from './session.ts'
import { hasMonitoring } from './system.ts'

/** The operation of monitoring for log lines. */
export const logs = restClient({ operations: { listLogs } }, { url: '', headers: appHeaders })

export type { LogRecord }

/** The levels of log lines, as a filter, without the one that shows all. */
export const logLevels = LogLevel.enum.filter((level) => level !== 'trace')

/** How many lines of a trace are read. */
export const linesShown = 1_000

/** Reads the log lines of a trace in the order of time, of very many the latest; none in a system without monitoring. */
export async function fetchLogsOfTrace(
  client: QueryClient,
  traceId: string,
  signal: AbortSignal,
): Promise<readonly LogRecord[]> {
  if (!(await hasMonitoring(client))) return []
  const lines: LogRecord[] = []
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const query = { traceId, limit: 200, ...(cursor === undefined ? {} : { cursor }) }
    const { body } = await logs.listLogs({ query, signal })
    lines.push(...body.items)
    cursor = lines.length < linesShown ? body.nextCursor : undefined
  }
  return lines.toReversed()
}
