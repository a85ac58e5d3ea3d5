import { topology } from '@stoa/system/topology'
import type { DataFolder } from '@stoa/system/supervisor/data-folder'
import { lastPorts } from '@stoa/system/supervisor/last-ports'
import { addressOf, asAdmin, askFor } from './api.ts'
import { CommandFailed } from './arguments.ts'

interface Page<Item> {
  readonly items: readonly Item[]
}

type OfService<Item> = Item & { readonly service: string }

/** Which services keep something of this kind, by their contract. */
export type Keeps = 'sagas' | 'dead-letters'

/** The services that may have sagas, or dead letters, and have been started here. */
async function keepersOf(folder: DataFolder, what: Keeps): Promise<string[]> {
  const started = await lastPorts(folder)
  return topology
    .filter(({ contract }) => Object.keys((what === 'sagas' ? contract?.sagas : contract?.consumes) ?? {}).length > 0)
    .map(({ name }) => name)
    .filter((name) => started.has(name))
}

/** Asks every service, or one, for its list; each item says whose it is. */
export async function listOf<Item>(
  folder: DataFolder,
  what: Keeps,
  {
    service,
    query = {},
  }: { readonly service?: string | undefined; readonly query?: Readonly<Record<string, string | undefined>> },
): Promise<OfService<Item>[]> {
  const headers = await asAdmin(folder)
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const lists = (service === undefined ? await keepersOf(folder, what) : [service]).map(async (name) => {
    const url = `${await addressOf(folder, name)}/admin/${what}?${new URLSearchParams(given).toString()}`
    const { items } = await askFor<Page<Item>>(url, { headers })
    return items.map((item) => ({ ...item, service: name }))
  })
  return (await Promise.all(lists)).flat()
}

/** One thing of one service, or what became of an action on it. */
export async function askService<Answer>(
  folder: DataFolder,
  service: string,
  path: string,
  { method = 'GET', body }: { readonly method?: string; readonly body?: object } = {},
): Promise<Answer> {
  const headers = { ...(await asAdmin(folder)), ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
  const payload = body === undefined ? {} : { body: JSON.stringify(body) }
  return askFor<Answer>(`${await addressOf(folder, service)}/admin/${path}`, { method, headers, ...payload })
}

/** The first service that knows the thing, with what it says. */
export async function findIn<Answer extends object>(
  folder: DataFolder,
  what: Keeps,
  id: string,
): Promise<OfService<Answer>> {
  for (const service of await keepersOf(folder, what)) {
    try {
      return { ...(await askService<Answer>(folder, service, `${what}/${encodeURIComponent(id)}`)), service }
    } catch (error) {
      if (!(error instanceof CommandFailed && error.message.includes('(404'))) throw error
    }
  }
  throw new CommandFailed(`no service knows ${id}: "stoa ${what === 'sagas' ? 'saga' : 'dlq'} ls" lists what there is`)
}
