import type { Line } from './run-group.ts'

/** The lines as a Markdown table; what every line of a replica count and group shares stands above it. */
export function tableOf(lines: readonly Line[]): string {
  const head = ['saga', 'step', 'fault', 'replicas', 'outcome', 'ok']
  const rows = lines.map(({ saga, step, fault, replicas, outcome, isOk }) =>
    [saga, step, fault, String(replicas), outcome, isOk ? 'yes' : 'NO'].map((cell) => cell.replaceAll('|', '\\|')),
  )
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)))
  const lineOf = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`
  return [lineOf(head), lineOf(widths.map((width) => '-'.repeat(width))), ...rows.map(lineOf)].join('\n')
}
