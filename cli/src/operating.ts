import type { DataFolder } from '@stoa/system/supervisor/data-folder'
import { readOperated } from '@stoa/system/supervisor/operated'
import { addressOf, askAsAdmin } from './api.ts'

interface Page<Item> {
  readonly items: readonly Item[]
}

interface ListQuery {
  readonly service?: string | undefined
  readonly query?: Readonly<Record<string, string | undefined>>
}

type OfService<Item> = Item & { readonly service: string }

/** Asks every service that has such things, or one, for its list; each item says whose it is. */
export async function listOf<Item>(
  folder: DataFolder,
  what: 'sagas' | 'dead-letters',
  { service, query = {} }: ListQuery,
): Promise<OfService<Item>[]> {
  const { sagas, consumers } = await readOperated(folder)
  const services = service === undefined ? (what === 'sagas' ? Object.keys(sagas) : consumers) : [service]
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const lists = services.map(async (name) => {
    const url = `${await addressOf(folder, name)}/admin/${what}?${new URLSearchParams(given).toString()}`
    const { items } = await askAsAdmin<Page<Item>>(folder, url)
    return items.map((item) => ({ ...item, service: name }))
  })
  return (await Promise.all(lists)).flat()
}

/** One thing of one service, or what became of an action on it. */
export async function askService<Answer>(
  folder: DataFolder,
  service: string,
  path: string,
  {
    method = 'GET',
    body,
    timeoutMs,
  }: { readonly method?: string; readonly body?: object; readonly timeoutMs?: number } = {},
): Promise<Answer> {
  const json = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return askAsAdmin<Answer>(folder, `${await addressOf(folder, service)}/admin/${path}`, { method, ...json }, timeoutMs)
}
