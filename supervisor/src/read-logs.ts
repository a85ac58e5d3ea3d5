import { open, readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DataFolder } from './data-folder.ts'
import { parseLogLine, type LogLine } from './log-line.ts'

/** The log of the process that all services share, when they are packed. */
export const packedName = 'packed'

/** Which lines are wanted; a part left out lets all through. */
export interface LogFilter {
  /** With all its replicas; `order-2` is that one alone. */
  readonly service?: string | undefined
  /** RFC 3339, UTC. */
  readonly since?: string | undefined
  readonly text?: string | undefined
  readonly traceId?: string | undefined
}

/** A written line, and its parsed form if it is a log line of Stoa. */
export interface FoundLine {
  readonly text: string
  readonly line: LogLine | undefined
}

/** The lines of all logs that fit, in the order of time; a line without a time stays behind the one above it. */
export async function readLogs(folder: DataFolder, filter: LogFilter): Promise<FoundLine[]> {
  const found: (FoundLine & { readonly at: string })[] = []
  for (const path of await logFiles(folder, filter.service)) {
    let at = ''
    for (const text of (await readFile(path, 'utf8').catch(() => '')).split('\n')) {
      if (text === '') continue
      const line = parseLogLine(text)
      at = line?.timestamp ?? at
      if (fits(text, line, at, filter) && isOfService(path, line, filter)) found.push({ text, line, at })
    }
  }
  return found.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

/** Returns, at each call, the lines written since the last call. */
export function followLogs(folder: DataFolder, filter: LogFilter): { readonly read: () => Promise<FoundLine[]> } {
  const positions = new Map<string, number>()
  let isFirst = true
  const mark = async () => {
    for (const path of await logFiles(folder, filter.service)) {
      positions.set(path, (await stat(path).catch(() => ({ size: 0 }))).size)
    }
  }
  const marked = mark()
  return {
    async read() {
      if (isFirst) await marked
      isFirst = false
      const found: FoundLine[] = []
      for (const path of (await logFiles(folder, filter.service)).filter((each) => !each.endsWith('.1'))) {
        const text = await readFrom(path, positions)
        for (const each of text.split('\n').filter((line) => line !== '')) {
          const line = parseLogLine(each)
          const isNew = fits(each, line, line?.timestamp ?? '', { ...filter, since: undefined })
          if (isNew && isOfService(path, line, filter)) found.push({ text: each, line })
        }
      }
      return found.toSorted((a, b) => ((a.line?.timestamp ?? '') < (b.line?.timestamp ?? '') ? -1 : 1))
    },
  }
}

async function readFrom(path: string, positions: Map<string, number>): Promise<string> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const known = positions.get(path) ?? 0
    const position = size < known ? 0 : known
    const buffer = Buffer.alloc(size - position)
    await handle.read(buffer, 0, buffer.length, position)
    // A line that is still being written waits for its end.
    const end = buffer.lastIndexOf(0x0a) + 1
    positions.set(path, position + end)
    return buffer.toString('utf8', 0, end)
  } finally {
    await handle.close()
  }
}

async function logFiles({ logs }: DataFolder, service: string | undefined): Promise<string[]> {
  const names = await readdir(logs).catch(() => [])
  const isWanted = (name: string) => {
    const [log = ''] = name.split('.')
    return service === undefined || log === packedName || isOf(service, log)
  }
  // What was rotated away is older, so it comes first.
  return names
    .filter((name) => /\.log(\.1)?$/.test(name) && isWanted(name))
    .toSorted()
    .toReversed()
    .map((name) => join(logs, name))
}

/** Only the log of a shared process has lines of others. */
function isOfService(path: string, line: LogLine | undefined, { service }: LogFilter): boolean {
  if (service === undefined || service === packedName || !basename(path).startsWith(`${packedName}.`)) return true
  return line?.service === service
}

function isOf(service: string, log: string): boolean {
  return (
    log === service ||
    service === `${log}-1` ||
    (log.startsWith(`${service}-`) && /^\d+$/.test(log.slice(service.length + 1)))
  )
}

function fits(
  text: string,
  line: LogLine | undefined,
  at: string,
  { since, text: wanted, traceId }: LogFilter,
): boolean {
  if (since !== undefined && at < since) return false
  if (wanted !== undefined && !text.includes(wanted)) return false
  return traceId === undefined || line?.traceId === traceId
}
