import { styleText } from 'node:util'

/** Colours, on a terminal that wants them. */
export type Tone = 'green' | 'yellow' | 'red' | 'dim' | 'bold'

/** A text in a colour where standard output is a terminal and NO_COLOR is not set. */
export function toned(tone: Tone, text: string): string {
  return styleText(tone, text, { stream: process.stdout })
}

/** A line on standard output. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** A line for people on standard error: progress, which no program reads. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** A value as JSON, for programs. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value))
}

/** Rows under headings, in columns as wide as their widest value. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
