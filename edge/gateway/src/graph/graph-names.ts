import type { Service } from '@stoa/contract'

/** Whether a system has a graph: whether a contract declares a query of it. */
export function hasGraph(services: readonly Service[]): boolean {
  return services.some(({ graph }) => Object.keys(graph.queries).length > 0)
}

/** A name for an object, a field or an enumeration below another: `Order` and `totals` make `OrderTotals`. */
export function nameBelow(parent: string, field: string): string {
  return parent + field.slice(0, 1).toUpperCase() + field.slice(1)
}

/** Whether GraphQL takes a name; two underscores are reserved. */
export function isGraphName(name: string): boolean {
  return /^[A-Za-z]\w*$/.test(name) && !name.startsWith('__')
}
