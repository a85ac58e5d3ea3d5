import type { OperatingAnswer, OperatingEndpoint, OperatingRequest } from '@stoa/contract'
import { askFor } from './api.ts'
import { CommandFailed } from './arguments.ts'
import { gatewayOf, operatedOf, operatingToken, renewToken } from './reached-system.ts'
import type { ReachedSystem } from './system-url.ts'

/** The parts of services that can be operated, by the name of their endpoint. */
export type Operand = 'sagas' | 'dead-letters' | 'tasks'

/** Returns the services that have the given part. */
export async function servicesWith(system: ReachedSystem, what: Operand): Promise<readonly string[]> {
  const { sagas, consumers, workers } = await operatedOf(system)
  return { sagas: Object.keys(sagas), 'dead-letters': consumers, tasks: workers }[what]
}

type ListEndpoint = OperatingEndpoint & { readonly path: Operand }
type ItemOf<E extends OperatingEndpoint> =
  OperatingAnswer<E> extends { readonly items: readonly (infer Item)[] } ? Item : never

/** Lists the items of every service that has the given part, or of one service; each item names its service. */
export async function listOf<E extends ListEndpoint>(
  system: ReachedSystem,
  endpoint: E,
  service: string | undefined,
  query: Readonly<Record<string, string | undefined>>,
): Promise<(ItemOf<E> & { readonly service: string })[]> {
  const services = service === undefined ? await servicesWith(system, endpoint.path) : [service]
  const lists = services.map(async (name) => {
    const { items } = (await send(system, name, endpoint, { query })) as { items: readonly (ItemOf<E> & object)[] }
    return items.map((item) => ({ ...item, service: name }))
  })
  return (await Promise.all(lists)).flat()
}

/** What is sent to an endpoint: the parts that it declares. */
type Sent<E extends OperatingEndpoint> = {
  readonly [
    Part in keyof OperatingRequest<E> as OperatingRequest<E>[Part] extends undefined ? never : Part
  ]: OperatingRequest<E>[Part]
}

/** Calls an operating endpoint of a service through the gateway, for `ops`. @throws CommandFailed */
export async function askService<E extends OperatingEndpoint>(
  system: ReachedSystem,
  service: string,
  endpoint: E,
  request: Partial<Sent<E>> & { readonly timeoutMs?: number } = {},
): Promise<OperatingAnswer<E>> {
  return (await send(system, service, endpoint, request)) as OperatingAnswer<E>
}

interface Loose {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: object
  readonly timeoutMs?: number
}

async function send(
  system: ReachedSystem,
  service: string,
  { method, path }: OperatingEndpoint,
  { params = {}, query = {}, body, timeoutMs }: Loose,
): Promise<unknown> {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const url = `${await gatewayOf(system)}/api/v1/ops/${service}/${filled}${searchOf(query)}`
  const ask = async () => {
    const authorization = `Bearer ${await operatingToken(system)}`
    const json = body === undefined ? {} : { body: JSON.stringify(body) }
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    return askFor<unknown>(url, { method, ...json, headers: { ...type, authorization } }, timeoutMs)
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

/** The query with its question mark; a list repeats its name, and what is undefined is left out. */
function searchOf(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).filter((each) => each !== undefined).map((each) => [name, String(each)]),
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`
}

const called = {
  'dead-letters': { one: 'dead letter', command: 'dlq' },
  tasks: { one: 'failed task', command: 'tasks' },
} as const

/** One failed item of a service. */
export interface ItemAt {
  readonly service: string
  readonly id: string
}

type ItemEndpoint = OperatingEndpoint & { readonly path: `${keyof typeof called}/{id}${string}` }

/** Reads one failed item, or performs an action on it. @throws CommandFailed also if the item does not exist */
export async function askItem<E extends ItemEndpoint>(
  system: ReachedSystem,
  endpoint: E,
  { service, id }: ItemAt,
  body?: object,
): Promise<OperatingAnswer<E>> {
  const what = endpoint.path.startsWith('tasks/') ? 'tasks' : 'dead-letters'
  const { one, command } = called[what]
  const known = await servicesWith(system, what)
  if (!known.includes(service)) {
    throw new CommandFailed(`"${service}" is no service with a ${one}; those are ${known.join(', ') || 'none here'}`)
  }
  try {
    return (await send(system, service, endpoint, {
      params: { id },
      ...(body === undefined ? {} : { body }),
    })) as OperatingAnswer<E>
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.code !== 'operating.not_found') throw error
    throw new CommandFailed(`${service} has no ${one} ${id}: "stoa ${command} ls ${service}" lists what exists`)
  }
}

type RetryAllEndpoint = OperatingEndpoint & { readonly path: `${keyof typeof called}/retry` }

/** Retries all failed items of one service, or of every service that has some; returns their number by service. */
export async function retryAll(
  system: ReachedSystem,
  endpoint: RetryAllEndpoint,
  service: string | undefined,
): Promise<ReadonlyMap<string, number>> {
  const what = endpoint.path === 'tasks/retry' ? 'tasks' : 'dead-letters'
  const services = service === undefined ? await servicesWith(system, what) : [service]
  const retried = services.map(async (name) => {
    const { count } = (await send(system, name, endpoint, {})) as { count: number }
    return [name, count] as const
  })
  return new Map(await Promise.all(retried))
}
