import { parameterIn, parsePathSegment, type PathSegment } from '@stoa/contract'
import type { Route } from './route.ts'

/** The result of matching a path and a method. */
export type Match =
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'wrong_method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' }

/** All routes, found by the segments of a path. */
export interface RouteTable {
  readonly match: (method: string, path: string) => Match
  readonly routes: readonly Route[]
}

interface Node {
  readonly literals: Map<string, Node>
  /** Parameters with an action behind them, such as `{model}:predict`, by the action. */
  readonly actions: Map<string, readonly [PathSegment, Node]>
  parameter: Node | undefined
  prefix: Route | undefined
  readonly methods: Map<string, Route>
}

const makeNode = (): Node => ({
  literals: new Map(),
  actions: new Map(),
  parameter: undefined,
  prefix: undefined,
  methods: new Map(),
})

/** Makes the table; a literal segment takes precedence over a parameter with an action, and that over a parameter. Throws if two routes have the same path and method. */
export function makeRouteTable(routes: readonly Route[]): RouteTable {
  const root = makeNode()
  for (const route of routes) add(root, route)
  return { routes, match: (method, path) => match(root, method, path) }
}

function add(root: Node, route: Route): void {
  let node = root
  for (const segment of route.path.split('/').slice(1)) {
    if (segment === '*') {
      claim(node.prefix === undefined, route)
      node.prefix = route
      return
    }
    node = child(node, segment)
  }
  claim(!node.methods.has(route.method), route)
  node.methods.set(route.method, route)
}

function child(node: Node, segment: string): Node {
  const declared = parsePathSegment(segment)
  if (declared.parameter === undefined) return literal(node, segment)
  if (declared.text === '') return (node.parameter ??= makeNode())
  const [, known] = node.actions.get(declared.text) ?? []
  const next = known ?? makeNode()
  node.actions.set(declared.text, [declared, next])
  return next
}

function literal(node: Node, segment: string): Node {
  const known = node.literals.get(segment)
  if (known !== undefined) return known
  const made = makeNode()
  node.literals.set(segment, made)
  return made
}

function claim(isFree: boolean, { method, path, service }: Route): void {
  if (!isFree) throw new Error(`${method} ${path} of ${service} is defined by two routes`)
}

const unknown: Match = { kind: 'unknown' }

function match(root: Node, method: string, path: string): Match {
  const node = find(root, path, 1)
  if (node === undefined) return unknown
  const route =
    node.methods.get(method) ??
    (method === 'HEAD' ? node.methods.get('GET') : undefined) ??
    node.methods.get('*') ??
    node.prefix
  if (route !== undefined) return { kind: 'route', route }
  const allowed = [...node.methods.keys()].flatMap((known) => (known === 'GET' ? ['GET', 'HEAD'] : [known]))
  return { kind: 'wrong_method', allowed: allowed.toSorted() }
}

/** The node a path ends at, or the nearest one above it with a prefix route. */
function find(node: Node, path: string, from: number): Node | undefined {
  if (from > path.length) return node.methods.size > 0 ? node : undefined
  const slash = path.indexOf('/', from)
  const end = slash < 0 ? path.length : slash
  const segment = path.slice(from, end)
  const exact = node.literals.get(segment)
  const found = exact === undefined ? undefined : find(exact, path, end + 1)
  if (found !== undefined) return found
  for (const [declared, next] of node.actions.values()) {
    const acted = parameterIn(declared, segment) === undefined ? undefined : find(next, path, end + 1)
    if (acted !== undefined) return acted
  }
  const byParameter = node.parameter === undefined || segment === '' ? undefined : find(node.parameter, path, end + 1)
  return byParameter ?? (node.prefix === undefined ? undefined : node)
}
