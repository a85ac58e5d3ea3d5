import type { Route } from './service.ts'

/** That clients should stop using an operation: dates are days, such as `2026-12-01`, and mean their beginning in UTC. */
export interface Deprecation {
  /** The day from which it is deprecated (RFC 9745). */
  readonly since: string
  /** The day from which it may be missing (RFC 8594); not decided if omitted. */
  readonly sunset?: string
  /** The name of the operation of the same service that takes its place; its path has the same parameters, in the same order. */
  readonly successor?: string
}

/** Returns what is wrong with the deprecations of a service, each in a sentence. */
export function deprecationFaults(operations: { readonly [name: string]: Route }): string[] {
  return Object.entries(operations).flatMap(([name, route]) => {
    if (route.kind !== 'operation' || route.deprecated === undefined) return []
    const { since, sunset, successor } = route.deprecated
    const other = successor === undefined ? undefined : operations[successor]
    return [
      ...[since, sunset].flatMap((day) => (day === undefined || isDay(day) ? [] : [`${name}: ${day} is not a day`])),
      ...(sunset !== undefined && sunset < since ? [`${name} ends before it is deprecated`] : []),
      ...(successor !== undefined && other?.kind !== 'operation'
        ? [`${name}: there is no operation ${successor}`]
        : []),
      ...(other !== undefined && parametersIn(other.path) !== parametersIn(route.path)
        ? [`${name}: the path of ${successor} has other parameters`]
        : []),
    ]
  })
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const date = new Date(text)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

function parametersIn(path: string): number {
  return path.split('{').length
}
