import type { Deployment } from '../topology.ts'
import { readJson, writeJson, type DataFolder } from './data-folder.ts'

/** What the operating endpoints of the started services have to show. */
export interface Operated {
  /** The types of its sagas, by service. */
  readonly sagas: Readonly<Record<string, readonly string[]>>
  /** The services that consume events, and so may have dead letters. */
  readonly consumers: readonly string[]
}

/** Writes down what the services of this start have. */
export async function recordOperated(data: DataFolder, services: readonly Deployment[]): Promise<void> {
  const withSagas = services.filter(({ contract }) => Object.keys(contract?.sagas ?? {}).length > 0)
  const consumers = services.filter(({ contract }) => Object.keys(contract?.consumes ?? {}).length > 0)
  await writeJson(data.operated, {
    sagas: Object.fromEntries(withSagas.map(({ name, contract }) => [name, Object.keys(contract?.sagas ?? {})])),
    consumers: consumers.map(({ name }) => name),
  } satisfies Operated)
}

/** What was written down at the last start; nothing before the first. */
export async function readOperated(data: DataFolder): Promise<Operated> {
  return (await readJson<Operated>(data.operated)) ?? { sagas: {}, consumers: [] }
}
