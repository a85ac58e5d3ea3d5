import { postgresPort, topology } from '@stoa/system/topology'
import type { ProcessRow } from './control.ts'
import { readJson, type DataFolder } from './data-folder.ts'

/** What would run if the system were started. */
export async function stoppedRows(folder: DataFolder): Promise<ProcessRow[]> {
  const last = (await readJson<Record<string, number>>(folder.ports)) ?? {}
  return [{ name: 'postgres', port: postgresPort }, ...topology].map(({ name, port }) => ({
    service: name,
    instance: `${name}-1`,
    pid: null,
    port: last[name] ?? port,
    state: 'stopped',
  }))
}
