import { goalText, type Figure } from '../figure.ts'
import type { Row } from './rows.ts'

const headings = ['figure', 'target', 'measured', 'peer', 'ratio', 'result']

/** The rows as one table of Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => cellsOf(row).map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')))
  const widths = headings.map((heading, nth) =>
    Math.max(...[heading, ...lines.map((cells) => cells[nth] ?? '')].map(length)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, nth) => cell.padEnd(widths[nth] ?? 0)).join(' | ')} |`
  return [headings, widths.map((width) => '-'.repeat(width)), ...lines].map(line).join('\n')
}

const length = ({ length: characters }: string) => characters

function cellsOf({ what, target, unit = '', figure, state, reason }: Row): string[] {
  return [
    what,
    typeof target === 'object' ? targetText(target, unit) : (target ?? ''),
    figure === undefined ? '' : `${figure.ours} ${figure.unit}`.trim(),
    figure?.peer === undefined ? '' : `${figure.peer}: ${figure.peerValue} ${figure.unit}`,
    figure?.ratio === undefined ? '' : `${figure.ratio}×`,
    reason === undefined ? state : `${state}: ${reason}`,
  ]
}

function targetText(target: NonNullable<Figure['target']>, unit: string): string {
  return 'ratioAtLeast' in target ? goalText(target) : `${goalText(target)} ${unit}`.trim()
}
