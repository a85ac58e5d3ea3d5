import type { ProcessRow } from '@stoa/supervisor/control'
import type { System } from '@stoa/system/define-system'
import { formatTable } from './output.ts'

/**
 * Returns the lines printed when the system is ready: addresses, and what to try, as the system says; without its hints, which
 * name accounts with known passwords, only the address of the documentation.
 */
export function summaryOf(
  rows: readonly ProcessRow[],
  ports: ReadonlyMap<string, number>,
  hintsOf: System['hints'] | undefined,
): string[] {
  const address = `http://127.0.0.1:${ports.get('gateway') ?? 0}`
  const table = formatTable(
    ['SERVICE', 'STATE', 'ADDRESS'],
    rows.map(({ service, state, port }) => [
      service,
      state,
      `${service === 'postgres' ? '' : 'http://'}127.0.0.1:${port}`,
    ]),
  )
  const runs = (name: string) => rows.some(({ service }) => service === name)
  if (!runs('gateway')) return ['', ...table, '']
  const console = `Console   ${address}/console/`
  return ['', ...table, '', console, ...(hintsOf?.({ address, runs }) ?? [`API       ${address}/docs`]), '']
}
