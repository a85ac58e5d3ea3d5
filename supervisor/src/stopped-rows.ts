import { postgresPort } from '@stoa/system/topology'
import type { ProcessRow } from './control.ts'
import { readJson, type DataFolder } from './data-folder.ts'
import { systemIn } from './system-in.ts'

/** What would run if the system were started. */
export async function stoppedRows(folder: DataFolder): Promise<ProcessRow[]> {
  const last = (await readJson<Record<string, number>>(folder.ports)) ?? {}
  const { services } = await systemIn(folder)
  return [{ name: 'postgres', port: postgresPort }, ...services].map(({ name, port }) => ({
    service: name,
    instance: `${name}-1`,
    pid: null,
    port: last[name] ?? port,
    state: 'stopped',
  }))
}
