import { randomBytes } from 'node:crypto'
import { styleText } from 'node:util'
import { visible, visibleCell } from './visible.ts'

// represents the escape character of our own colours until a line is printed; no foreign text can contain it
const ownEscape = `\u{f8ff}${randomBytes(6).toString('hex')}\u{f8ff}`

/** Colours, used on a terminal that supports them. */
export type Tone = 'green' | 'yellow' | 'red' | 'dim' | 'bold'

/** Returns the text in a colour if standard output is a terminal and NO_COLOR is not set. */
export function toned(tone: Tone, text: string): string {
  return styleText(tone, visible(text), { stream: process.stdout }).replaceAll('\u001b', ownEscape)
}

/** Returns the text as it is printed: with our own colours, and every other control character escaped. */
export function shown(text: string): string {
  return visible(text).replaceAll(ownEscape, '\u001b')
}

/** Prints a line on standard output. */
export function say(line = ''): void {
  process.stdout.write(`${shown(line)}\n`)
}

/** Prints a line for people, such as progress, on standard error. */
export function note(line: string): void {
  process.stderr.write(`${shown(line)}\n`)
}

/** Prints a value as JSON, for programs. */
export function sayJson(value: unknown): void {
  process.stdout.write(`${jsonText(value)}\n`)
}

/** Returns JSON, on one line unless it is indented, that escapes also the control characters that JSON allows in strings. */
export function jsonText(value: unknown, indent?: number): string {
  return printableJson(JSON.stringify(value, undefined, indent))
}

/** Escapes in a text of JSON the control characters that JSON allows in strings; it stays JSON with the same meaning. */
export function printableJson(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

/** Formats rows under headings, in columns as wide as their widest value. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [headings, ...rows].map((row) => row.map(visibleCell))
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
