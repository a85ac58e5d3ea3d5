import { askFor } from './api.ts'
import { CommandFailed } from './arguments.ts'
import { gatewayOf, operatedOf, operatingToken, renewToken } from './reached-system.ts'
import type { ReachedSystem } from './system-url.ts'

interface Page<Item> {
  readonly items: readonly Item[]
}

interface ListQuery {
  readonly service?: string | undefined
  readonly query?: Readonly<Record<string, string | undefined>>
}

type OfService<Item> = Item & { readonly service: string }

/** The parts of services that can be operated, by the name of their endpoint. */
export type Operand = 'sagas' | 'dead-letters' | 'tasks'

/** Returns the services that have the given part. */
export async function servicesWith(system: ReachedSystem, what: Operand): Promise<readonly string[]> {
  const { sagas, consumers, workers } = await operatedOf(system)
  return { sagas: Object.keys(sagas), 'dead-letters': consumers, tasks: workers }[what]
}

/** Lists the items of every service that has the given part, or of one service; each item names its service. */
export async function listOf<Item>(
  system: ReachedSystem,
  what: Operand,
  { service, query = {} }: ListQuery,
): Promise<OfService<Item>[]> {
  const services = service === undefined ? await servicesWith(system, what) : [service]
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const lists = services.map(async (name) => {
    const path = `${what}?${new URLSearchParams(given).toString()}`
    const { items } = await askService<Page<Item>>(system, name, path)
    return items.map((item) => ({ ...item, service: name }))
  })
  return (await Promise.all(lists)).flat()
}

/** One thing of one service, or what became of an action on it, through the gateway and for `ops`. @throws CommandFailed */
export async function askService<Answer>(
  system: ReachedSystem,
  service: string,
  path: string,
  {
    method = 'GET',
    body,
    timeoutMs,
  }: { readonly method?: string; readonly body?: object; readonly timeoutMs?: number } = {},
): Promise<Answer> {
  const json =
    body === undefined
      ? { headers: {} }
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const url = `${await gatewayOf(system)}/api/v1/ops/${service}/${path}`
  const ask = async () => {
    const authorization = `Bearer ${await operatingToken(system)}`
    return askFor<Answer>(url, { method, ...json, headers: { ...json.headers, authorization } }, timeoutMs)
  }
  try {
    return await ask()
  } catch (error) {
    // the stored token was revoked
    const isWithdrawn = error instanceof CommandFailed && error.code === 'auth.token_invalid'
    if (!isWithdrawn || !(await renewToken(system))) throw error
    return ask()
  }
}

const called = {
  'dead-letters': { one: 'dead letter', command: 'dlq' },
  tasks: { one: 'failed task', command: 'tasks' },
} as const

/** Reads one failed item, or performs an action on it. @throws CommandFailed also if the item does not exist */
export async function askItem<Answer>(
  system: ReachedSystem,
  what: 'dead-letters' | 'tasks',
  { service, id, action }: { readonly service: string; readonly id: string; readonly action?: string },
  body?: object,
): Promise<Answer> {
  const { one, command } = called[what]
  const known = await servicesWith(system, what)
  if (!known.includes(service)) {
    throw new CommandFailed(`"${service}" is no service with a ${one}; those are ${known.join(', ') || 'none here'}`)
  }
  const path = [what, encodeURIComponent(id), ...(action === undefined ? [] : [action])].join('/')
  const method = action === undefined ? 'GET' : 'POST'
  return askService<Answer>(system, service, path, { method, ...(body === undefined ? {} : { body }) }).catch(
    (error: unknown) => {
      if (!(error instanceof CommandFailed) || error.code !== 'request.path_unknown') throw error
      throw new CommandFailed(`${service} has no ${one} ${id}: "stoa ${command} ls ${service}" lists what exists`)
    },
  )
}

/** Retries all failed items of one service, or of every service that has some; returns their number by service. */
export async function retryAll(
  system: ReachedSystem,
  what: 'dead-letters' | 'tasks',
  service: string | undefined,
): Promise<ReadonlyMap<string, number>> {
  const services = service === undefined ? await servicesWith(system, what) : [service]
  const retried = services.map(async (name) => {
    const { count } = await askService<{ count: number }>(system, name, `${what}/retry`, { method: 'POST' })
    return [name, count] as const
  })
  return new Map(await Promise.all(retried))
}
