import type { Account } from './accounts.ts'
import { meanings, goodBody } from './good-bodies.ts'
import type { GoodRequest } from './good-requests.ts'
import { edgeInstants } from './instants.ts'
import { isOperation, readOf, type DeclaredRoute } from './declared-routes.ts'
import { doorOf, headersFor, send, type Answered, type Sent } from './send.ts'
import { every } from './every.ts'
import type { Node } from './valid-values.ts'
import { edited, pointerOf } from './wrong-values.ts'

/** A request whose body has one field at an edge of what its schema takes. */
export interface EdgeRequest {
  readonly at: string
  readonly sent: Sent
}

/** What people write that is long for what it shows, or is more than one character. */
const longTexts = ['🫖', 'e\u0301', '👩🏽‍🚀', 'ﷺ', 'ا', 'x']

/** Requests that a schema takes at its edges: the first and last times, the least and greatest numbers, full texts. */
export async function edgeRequests(each: DeclaredRoute, good: GoodRequest): Promise<EdgeRequest[]> {
  if (!isOperation(each) || each.route.body === undefined || each.route.method === 'GET') return []
  const places = edgesIn(each.route.body, good.sent.body, [])
  const made: EdgeRequest[] = []
  for (const { path, value } of places) {
    const body = edited(await goodBody(each, { owner: good.owner, ids: good.ids }), path, value)
    const headers = { ...good.sent.headers, 'idempotency-key': crypto.randomUUID() }
    const matching = headers['if-match'] === undefined ? headers : { ...headers, 'if-match': '*' }
    made.push({
      at: `${pointerOf(path)} = ${JSON.stringify(value).slice(0, 60)}`,
      sent: { ...good.sent, headers: matching, body },
    })
  }
  return made
}

interface Edge {
  readonly path: readonly string[]
  readonly value: unknown
}

function edgesIn(node: Node, good: unknown, path: readonly string[], field = ''): Edge[] {
  // what means something to the shop stays: an order of a thousand would empty it
  if (field in meanings || node.enum !== undefined || node.const !== undefined) return []
  if (node.anyOf !== undefined) return node.anyOf.flatMap((variant) => edgesIn(variant, good, path, field))
  if (node.properties !== undefined) {
    const values = (typeof good === 'object' && good !== null ? good : {}) as Readonly<Record<string, unknown>>
    // only what is there, and times: what else is absent may be so for a reason
    return Object.entries(node.properties).flatMap(([name, inner]) =>
      name in values || inner.format === 'date-time' ? edgesIn(inner, values[name], [...path, name], name) : [],
    )
  }
  if (node.items !== undefined) return Array.isArray(good) ? edgesIn(node.items, good[0], [...path, '0'], field) : []
  return edgeValues(node).map((value) => ({ path, value }))
}

function edgeValues(node: Node): unknown[] {
  const { type, format, pattern, minimum, maximum, minLength = 0, maxLength = 0 } = node
  if (format === 'date-time') return every(edgeInstants, 12)
  if (type === 'integer') return [minimum, maximum].filter((bound) => bound !== undefined)
  if (type !== 'string' || format !== undefined) return []
  const full = longTexts.map((text) => text.repeat(Math.floor(maxLength / text.length)))
  return full.filter(
    (text) => text.length >= minLength && text !== '' && (pattern === undefined || new RegExp(pattern, 'u').test(text)),
  )
}

/** What speaks against it that what was taken can be read again: at its own path, below and above it. */
export async function faultsOfReading(
  each: DeclaredRoute,
  sent: Sent,
  answer: Answered,
  { token }: Account,
): Promise<string[]> {
  const { service, route } = each
  const template = route.path
  const [path = ''] = sent.path.split('?')
  const above = (text: string) => text.slice(0, text.lastIndexOf('/'))
  const made = answer.body?.id ?? answer.body?.sku
  const child = Object.values(service.operations).find(
    (other) =>
      other.kind === 'operation' &&
      other.method === 'GET' &&
      other.path.replace(/\/\{[^}]+\}$/, '/{}') === `${template}/{}`,
  )
  const reads = [
    ...(readOf(service, template) === undefined ? [] : [path]),
    ...(child === undefined || made === undefined ? [] : [`${path}/${encodeURIComponent(made)}`]),
    ...(readOf(service, above(template)) === undefined ? [] : [above(path)]),
  ]
  const faults: string[] = []
  for (const read of reads) {
    const { status, text } = await send(doorOf(each), { method: 'GET', path: read, headers: headersFor('GET', token) })
    if (![200, 401, 403].includes(status)) faults.push(`GET ${read} afterwards: ${status} ${text.slice(0, 300)}`)
  }
  return faults
}
