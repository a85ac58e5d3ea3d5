import { parseLogLine } from './log-line.ts'

const longest = 200

/**
 * Returns the sentence in which a process said last why it ends: its own message on a start that failed, the first line of an
 * uncaught error, or its last error in the log; undefined if it said nothing.
 */
export function lastErrorOf(lines: readonly string[]): string | undefined {
  const sentence =
    lines.findLast((line) => /^\S+ cannot start: /.test(line)) ??
    lines.findLast((line) => /^(Uncaught )?\w*(Error|Exception)\b.*: /.test(line)) ??
    lines.map(loggedError).findLast((error) => error !== undefined)
  if (sentence === undefined) return undefined
  return sentence.length > longest ? `${sentence.slice(0, longest)}…` : sentence
}

function loggedError(text: string): string | undefined {
  const line = parseLogLine(text)
  if (line === undefined || (line.level !== 'error' && line.level !== 'fatal')) return undefined
  const { error } = line.fields
  const cause = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
  return typeof cause === 'string' ? `${line.message}: ${cause}` : line.message
}
