import type { AuditedAction } from '@stoa/contract'
import { listAudit } from '@stoa/contracts/gateway/http'
import { decodeCursor, encodeCursor, inputReader } from '@stoa/http'
import { platformError } from '@stoa/kernel'
import type { Principal } from '@stoa/security'
import { Type, type Static } from 'typebox'
import { recordAnswer, type RecordedAnswer } from '../cache/answer-recorder.ts'
import type { RequestHead } from '../exchange.ts'
import type { Route } from '../routes/route.ts'
import { bareHead } from './bare-head.ts'
import type { PartRequest } from './export-personal-data.ts'

interface ListOptions {
  /** Those that keep an audit trail now. */
  readonly services: () => ReadonlySet<string>
  readonly forward: (request: PartRequest) => Promise<unknown>
}

interface Asked {
  readonly route: Route
  readonly head: RequestHead
  readonly principal: Principal
}

/** Collects entries of the audit trails of the services. @throws AppError 422 for a wrong query, 404 for an unknown service */
export type ListAudit = (asked: Asked) => Promise<RecordedAnswer>

/** Before which number the list continues in each service; 0 where it has ended. */
const Place = Type.Record(
  Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
)
type Place = Static<typeof Place>

const largestPartBytes = 4 * 1_048_576
const readInput = inputReader({ query: listAudit.query, body: undefined })

/** Makes the list: each service is asked as the caller, and decides whether the caller may read its entries. */
export function auditList({ services: current, forward }: ListOptions): ListAudit {
  return async (asked) => {
    const services = current()
    const query = readInput({}, asked.head.search.replace(/^\?/, ''), undefined).query as Static<typeof listAudit.query>
    const { cursor, service, limit = 50, ...filter } = query
    if (service !== undefined && !services.has(service)) {
      throw platformError('request.path_unknown', `There is no audit trail of "${service}".`)
    }
    const place: Place = cursor === undefined ? {} : decodeCursor(Place, cursor)
    const wanted = (service === undefined ? [...services] : [service]).filter((name) => place[name] !== 0)
    const parts = await Promise.all(
      wanted.map((name) => partOf(name, { ...filter, limit, before: place[name] }, asked, forward)),
    )
    const refused = parts.find((part) => part !== undefined && part.status >= 400 && part.status < 500)
    if (refused !== undefined) return refused
    const found = parts.map((part) => (part?.status === 200 ? itemsIn(part) : undefined))
    const unavailable = wanted.filter((_, index) => found[index] === undefined)
    const all = found.flatMap((items) => items ?? []).toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
    const items = all.slice(0, limit)
    const next = nextPlace(place, wanted, { found, items, limit })
    const body = Buffer.from(
      JSON.stringify({ items, ...(next === undefined ? {} : { nextCursor: encodeCursor(next) }), unavailable }),
    )
    return { status: 200, headers: ['content-type', 'application/json', 'cache-control', 'no-store'], body }
  }
}

interface Merged {
  readonly found: readonly (readonly AuditedAction[] | undefined)[]
  readonly items: readonly AuditedAction[]
  readonly limit: number
}

/** Undefined if nothing is left. A service that did not respond continues where it was. */
function nextPlace(place: Place, wanted: readonly string[], { found, items, limit }: Merged): Place | undefined {
  const next: Place = { ...place }
  let hasMore = false
  for (const [index, name] of wanted.entries()) {
    const own = found[index]
    if (own === undefined) continue
    const taken = items.filter(({ service }) => service === name)
    const isLeft = taken.length < own.length || own.length === limit
    if (isLeft) hasMore = true
    const last = taken.reduce((least, { sequence }) => Math.min(least, sequence), place[name] ?? Infinity)
    if (!isLeft) next[name] = 0
    else if (Number.isFinite(last)) next[name] = last
  }
  return hasMore ? next : undefined
}

async function partOf(
  service: string,
  query: Readonly<Record<string, string | number | undefined>>,
  { route, head, principal }: Asked,
  forward: ListOptions['forward'],
): Promise<RecordedAnswer | undefined> {
  const { target, recorded } = recordAnswer({
    isWanted: () => true,
    client: undefined,
    extraHeaders: [],
    mostBytes: largestPartBytes,
  })
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  try {
    await forward({
      route: { ...route, service, method: 'GET', group: 'audit' },
      head: {
        ...bareHead(head),
        method: 'GET',
        path: '/audit-trail',
        search: `?${new URLSearchParams(pairs).toString()}`,
      },
      principal,
      response: target,
    })
  } catch {
    target.destroy()
  }
  const answer = await recorded
  return typeof answer === 'string' ? undefined : answer
}

function itemsIn({ body }: RecordedAnswer): readonly AuditedAction[] {
  return (JSON.parse(body.toString()) as { readonly items: readonly AuditedAction[] }).items
}
