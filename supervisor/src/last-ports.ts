import { readJson, type DataFolder } from './data-folder.ts'

/** Where everything listens, or listened last; empty before the first start. */
export async function lastPorts(data: DataFolder): Promise<ReadonlyMap<string, number>> {
  return new Map(Object.entries((await readJson<Record<string, number>>(data.ports)) ?? {}))
}
