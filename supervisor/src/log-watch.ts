import type { LogFile } from './log-file.ts'
import { formatLogLine, parseLogLine, type LogLine } from './log-line.ts'

interface Watched {
  readonly program: { readonly name: string }
  readonly log: LogFile
}

/** Looks into the logs of processes for what people should see at once. */
export interface LogWatch {
  /** Shows the warnings and errors that have come since the last look. */
  readonly look: () => void
  /** Shows none while this is in progress: services that start wait for each other, which is of no interest. */
  readonly quietly: <T>(run: () => Promise<T>) => Promise<T>
  readonly isQuiet: () => boolean
  /** What a process wrote since the last quiet time began that is no log line: how a start that fails says why. */
  readonly saidBy: (process: Watched) => readonly string[]
  /** Looks now, and returns the last lines that a process has written since this was asked before. */
  readonly takeLast: (process: Watched) => readonly string[]
}

const sameMs = 10_000
const keptLines = 50

/** Watches the logs of these processes, which are read on request. */
export function watchLogs(processes: readonly Watched[], onTrouble: (text: string) => void): LogWatch {
  const said = new Map<Watched, string[]>()
  const last = new Map<Watched, string[]>()
  const isNews = newsFilter()
  let isQuiet = false
  const look = () => {
    for (const each of processes) {
      const texts = each.log.read()
      if (texts.length > 0) last.set(each, [...(last.get(each) ?? []), ...texts].slice(-keptLines))
      for (const text of texts) {
        const line = parseLogLine(text)
        if (line === undefined) said.set(each, [...(said.get(each) ?? []), text])
        else if (!isQuiet && isGrave(line) && isNews(line)) onTrouble(formatLogLine(line))
      }
    }
  }
  return {
    look,
    isQuiet: () => isQuiet,
    takeLast(each) {
      look()
      const lines = last.get(each) ?? []
      last.delete(each)
      return lines
    },
    saidBy: (each) => said.get(each) ?? [],
    async quietly(run) {
      isQuiet = true
      said.clear()
      try {
        const result = await run()
        look()
        return result
      } finally {
        isQuiet = false
      }
    },
  }
}

function isGrave({ level }: LogLine): boolean {
  return level === 'warn' || level === 'error' || level === 'fatal'
}

/** The same message again within a moment (each connection of a lost database) is left to the log. */
function newsFilter(): (line: LogLine) => boolean {
  const shownAt = new Map<string, number>()
  return ({ service, message }) => {
    const name = `${service} ${message}`
    const last = shownAt.get(name)
    const now = performance.now()
    if (last !== undefined && now - last < sameMs) return false
    shownAt.set(name, now)
    return true
  }
}
