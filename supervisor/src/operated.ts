import { groupsOf } from '@stoa/contract'
import type { Deployment } from '@stoa/system/topology'
import { readJson, writeJson, type DataFolder } from './data-folder.ts'

/** What the operating endpoints of the started services have to show. */
export interface Operated {
  /** The types of its sagas, by service. */
  readonly sagas: Readonly<Record<string, readonly string[]>>
  /** The services that consume events, and so may have dead letters. */
  readonly consumers: readonly string[]
  /** The services that call others, and so hold circuit breakers. */
  readonly callers: readonly string[]
  /** The services that have tasks. */
  readonly workers: readonly string[]
}

/** What these services have to operate, by their contracts. */
export function operatedBy(services: readonly Deployment[]): Operated {
  const having = (part: 'sagas' | 'calls' | 'tasks') =>
    services.filter(({ contract }) => Object.keys(contract?.[part] ?? {}).length > 0)
  const names = (deployments: readonly Deployment[]) => deployments.map(({ name }) => name)
  return {
    sagas: Object.fromEntries(having('sagas').map(({ name, contract }) => [name, Object.keys(contract?.sagas ?? {})])),
    consumers: names(services.filter(({ contract }) => contract !== undefined && groupsOf(contract).length > 0)),
    callers: names(having('calls')),
    workers: names(having('tasks')),
  }
}

/** Writes down what the services of this start have. */
export async function recordOperated(data: DataFolder, services: readonly Deployment[]): Promise<void> {
  await writeJson(data.operated, operatedBy(services))
}

/** What was written down at the last start; nothing before the first. */
export async function readOperated(data: DataFolder): Promise<Operated> {
  return (await readJson<Operated>(data.operated)) ?? { sagas: {}, consumers: [], callers: [], workers: [] }
}
