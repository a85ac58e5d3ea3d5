import { isInternalPath, type Route, type Service, type ServiceLevel } from '@stoa/contract'
import { codeList, markdownTable } from './markdown-table.ts'

/** What a service's README says of its contract: what it serves, publishes, consumes, calls and promises. */
export function contractPart(service: Service): string {
  const { availability, p99Ms, errorRate } = service.slo
  const level = `availability ${percent(availability)} · p99 ${p99Ms} ms · errors ${percent(errorRate)}`
  const promise = `Port ${service.port} · owned by ${service.owner} · ${level}`
  return [promise, operationsTable(service), rpcTable(service), restTable(service)]
    .filter((part) => part !== undefined)
    .join('\n\n')
}

/** What the gateway's README says: which service's routes it serves, and which of them need no token. */
export function routesPart(services: readonly Service[]): string {
  const rows = services.map(({ name, operations }) => {
    const routes = byPath(operations).filter(({ path }) => !isInternalPath(path))
    const open = routes.filter((route) => route.permission === 'public')
    return [name, String(routes.length), codeList(open.map(describeRoute))]
  })
  return markdownTable(['service', 'routes', 'of these without a token'], rows)
}

/** A service level in words: availability, p99, share of errors. */
export function describeLevel({ availability, p99Ms, errorRate }: ServiceLevel): string {
  return `${percent(availability)} · ${p99Ms} ms · ${percent(errorRate)}`
}

const percent = (share: number) => `${Number((share * 100).toFixed(4))} %`

function operationsTable({ operations }: Service): string {
  const rows = byPath(operations).map((route) => [`\`${describeRoute(route)}\``, describeAccess(route), route.summary])
  return markdownTable(['operation', 'permission', 'description'], rows)
}

const byPath = (operations: Service['operations']) =>
  Object.values(operations).sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0))

const describeRoute = (route: Route) => (route.kind === 'mount' ? route.path : `${route.method} ${route.path}`)

function describeAccess(route: Route): string {
  if (route.permission === 'public') return 'public'
  const isOwned = route.kind !== 'mount' && route.owner !== 'none'
  return `\`${route.permission}\`${isOwned ? ', owner only' : ''}`
}

function rpcTable({ rpc }: Service): string | undefined {
  if (rpc === undefined) return undefined
  const methods = Object.entries(rpc.methods as Record<string, { effect: string; refuses?: readonly string[] }>)
  const rows = methods.map(([name, { effect, refuses = [] }]) => [`\`${name}\``, `${effect}s`, codeList(refuses)])
  return markdownTable(['RPC', 'effect', 'errors'], rows)
}

function restTable(service: Service): string {
  const { publishes, consumes, batches, calls, sagas, tasks, personalData } = service
  const called = Object.entries(calls).map(([callee, { methods }]) => `${callee}: ${codeList(methods as string[])}`)
  const kept = personalData === 'none' ? [] : Object.entries(personalData).map(([what, why]) => `${what}: ${why}`)
  const inBatches = Object.entries(batches).map(([name, { events }]): [string, string] => [
    name,
    codeList(Object.values(events).map(({ type }) => type)),
  ])
  const rows = [
    ['publishes', codeList(Object.values(publishes).map(({ type }) => type))],
    ['consumes', codeList(Object.values(consumes).map(({ type }) => type))],
    ...inBatches.map(([name, types]) => [`consumes in batches: ${name}`, types]),
    ['calls', called.join(' · ')],
    ['sagas', codeList(Object.keys(sagas))],
    ['tasks', codeList(Object.keys(tasks))],
    ['personal data', kept.join(' · ')],
  ].map(([what = '', list = '']) => [what, list === '' ? 'none' : list])
  return markdownTable(['', ''], rows)
}
