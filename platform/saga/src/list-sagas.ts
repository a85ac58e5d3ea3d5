import { parseInstant, type ReadHandle } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import { fragment, type Fragment } from '@stoa/postgres'
import type { SagaPage, SagaState, SagaSummary } from './endpoints.ts'
import type { SagaQuery } from './read-sagas.ts'
import { summaryColumns, summaryOf, type SummaryRow } from './saga-summary.ts'

/** What a page is cut out of. */
interface Cut {
  readonly type: string | undefined
  readonly after: Cursor | undefined
  readonly count: number
}

/**
 * Lists sagas, newest first. The cost depends on the page and the running sagas, not on the number of ended sagas: states are
 * literals, so that each statement can use the index of that state.
 */
export async function listSagas(db: ReadHandle, { state, type, limit = 50, cursor }: SagaQuery): Promise<SagaPage> {
  const size = Math.min(Math.max(1, limit), 200)
  const cut: Cut = { type, after: cursor === undefined ? undefined : parseCursor(cursor), count: size + 1 }
  const rows = await db.sql<SummaryRow>`${pageOf(state, cut)}`
  const items = rows.slice(0, size).map(summaryOf)
  const last = items.at(-1)
  return rows.length > size && last !== undefined ? { items, nextCursor: cursorAfter(last) } : { items }
}

function pageOf(state: SagaState | undefined, cut: Cut): Fragment {
  switch (state) {
    case undefined:
      return byName(cut, fragment``)
    case 'completed':
      return byName(cut, fragment`and s.state = 'completed'`)
    case 'running':
      return runningPage(cut)
    case 'waiting':
      return statePage(cut, fragment`s.state = 'waiting'`)
    case 'compensating':
      return statePage(cut, fragment`s.state = 'compensating'`)
    case 'stuck':
      return statePage(cut, fragment`s.state = 'stuck'`)
    case 'compensated':
      return statePage(cut, fragment`s.state = 'compensated'`)
  }
}

/** Goes along the index by name and time, once for each name there is. */
function byName({ type, after, count }: Cut, condition: Fragment): Fragment {
  const rows = (name: Fragment) => fragment`
    select ${summaryColumns} from sagas s where s.name = ${name} ${condition} ${beyond(after)}
    order by s.created_at desc, s.id desc limit ${count}`
  if (type !== undefined) return rows(fragment`${type}`)
  return fragment`
    with recursive names as (
      (select name from sagas order by name limit 1)
      union all
      select (select s.name from sagas s where s.name > n.name order by s.name limit 1) from names n
      where n.name is not null
    )
    select r.* from names n cross join lateral (${rows(fragment`n.name`)}) r where n.name is not null
    order by r."createdAt" desc, r.id desc limit ${count}`
}

/** Uses the index of the rarer states. The comparison of the name prevents the use of another index. */
function statePage({ type, after, count }: Cut, condition: Fragment): Fragment {
  return fragment`
    select ${summaryColumns} from sagas s where ${condition} ${ofType(type)} ${beyond(after)}
    order by s.created_at desc, s.id desc limit ${count}`
}

/** Running sagas are selected by their owner: a worker, none yet, or none until their next attempt. */
function runningPage({ type, after, count }: Cut): Fragment {
  const part = (condition: Fragment) => fragment`
    select ${summaryColumns} from sagas s
    where s.state = 'running' and ${condition} ${ofType(type)} ${beyond(after)}`
  return fragment`
    with running as materialized (
      ${part(fragment`s.owner is not null`)}
      union all ${part(fragment`s.owner is null and s.next_at is null`)}
      union all ${part(fragment`s.owner is null and s.next_at is not null`)}
    )
    select * from running r order by r."createdAt" desc, r.id desc limit ${count}`
}

function ofType(type: string | undefined): Fragment {
  return type === undefined ? fragment`` : fragment`and (s.name = ${type}) is true`
}

function beyond(after: Cursor | undefined): Fragment {
  return after === undefined
    ? fragment``
    : fragment`and (s.created_at, s.id) < (${after.createdAt}::timestamptz, ${after.id})`
}

interface Cursor {
  readonly createdAt: string
  readonly id: string
}

function cursorAfter({ createdAt, id }: SagaSummary): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url')
}

function parseCursor(cursor: string): Cursor {
  try {
    const [createdAt, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (typeof createdAt === 'string' && typeof id === 'string')
      return { createdAt: parseInstant(createdAt).toString(), id }
  } catch {
    // reported below
  }
  throw platformError('request.invalid', 'The cursor was not returned by a list.', {
    fields: [{ pointer: '/cursor', detail: 'is not a cursor' }],
  })
}
