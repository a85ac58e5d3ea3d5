import { parsePathSegment, platformErrors, type Service } from '@stoa/contract'
import { gateway } from '@stoa/contracts/gateway/service'
import { routesOf, type Route } from './route.ts'

/**
 * What a contract claims that belongs to another service, each in a sentence: its routes, the requests that they get, its error codes and its
 * events, whose pages are found by their names alone. What the service had in the contract that the gateway was built with is its own.
 */
export function partsOfOthers(service: Service, all: readonly Service[], builtIn?: Service): string[] {
  const others = all.filter(({ name }) => name !== service.name)
  return [...routesOfOthers(service, others, builtIn), ...namesOfOthers(service, [...others, gateway], builtIn)]
}

/** Services of the system share some prefixes, as that of the paths of an account, but no route. */
function routesOfOthers(service: Service, others: readonly Service[], builtIn: Service | undefined): string[] {
  const theirs = others.flatMap((other) => routesOf([other]))
  const owners = new Map(theirs.map((route) => [keyOf(route), route.service]))
  const own = new Set(builtIn === undefined ? [] : routesOf([builtIn]).map(keyOf))
  return routesOf([service]).flatMap((route) => {
    const owner = owners.get(keyOf(route))
    if (owner !== undefined) return [`${route.method} ${route.path} belongs to ${owner}`]
    if (own.has(keyOf(route))) return []
    const loser = theirs.find(({ path }) => isBefore(route.path, path))
    if (loser === undefined) return []
    return [`${route.method} ${route.path} takes requests of ${loser.method} ${loser.path} of ${loser.service}`]
  })
}

/** Two routes with the same key match the same requests. */
function keyOf({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`
}

/** Whether requests match both paths, and the first is found: also for methods that it does not have. */
function isBefore(path: string, other: string): boolean {
  const [these, those] = [path.split('/'), other.split('/')]
  if (these.length !== those.length || these.includes('*') || those.includes('*')) return false
  const pairs = these.map((segment, at) => [segment, those[at] ?? ''] as const)
  if (!pairs.every(([one, two]) => canBeEqual(one, two))) return false
  const [one, two] = pairs.find(([one, two]) => rankOf(one) !== rankOf(two)) ?? []
  return one !== undefined && two !== undefined && rankOf(one) > rankOf(two)
}

function canBeEqual(one: string, two: string): boolean {
  const [first, second] = [parsePathSegment(one), parsePathSegment(two)]
  if (first.parameter === undefined) return second.parameter === undefined ? one === two : one.endsWith(second.text)
  return second.parameter === undefined
    ? two.endsWith(first.text)
    : first.text === second.text || first.text === '' || second.text === ''
}

/** As the table of routes prefers them. */
function rankOf(segment: string): number {
  const { parameter, text } = parsePathSegment(segment)
  if (parameter === undefined) return 2
  return text === '' ? 0 : 1
}

function namesOfOthers(service: Service, others: readonly Service[], builtIn: Service | undefined): string[] {
  const codes = new Map<string, string>(Object.keys(platformErrors).map((code) => [code, 'the platform']))
  for (const { name, errors } of others) for (const code of Object.keys(errors)) codes.set(code, name)
  for (const code of Object.keys(builtIn?.errors ?? {})) codes.delete(code)
  const events = new Map(
    others.flatMap(({ name, publishes }) => typesOf(publishes).map((type) => [type, name] as const)),
  )
  for (const type of typesOf(builtIn?.publishes ?? {})) events.delete(type)
  const taken = (what: string, names: readonly string[], owners: ReadonlyMap<string, string>) =>
    names.filter((name) => owners.has(name)).map((name) => `the ${what} ${name} belongs to ${owners.get(name)}`)
  return [
    ...taken('error code', Object.keys(service.errors), codes),
    ...taken('event', typesOf(service.publishes), events),
  ]
}

function typesOf(publishes: Service['publishes']): string[] {
  return Object.values(publishes).map(({ type }) => type)
}
