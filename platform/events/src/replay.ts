import { AppError } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { EventLog, LogPosition } from './event-log.ts'

/** From where on a group is to be given events again. */
export type ReplayFrom = 'start' | { readonly since: Temporal.Instant } | LogPosition

/** A group, and where its effects are. */
export interface ReplayedGroup {
  readonly log: EventLog
  /** The consumer's own, with its inbox. */
  readonly database: Database
  readonly group: string
  readonly types: readonly string[]
}

/** What a replay comes to. */
export interface ReplayPlan {
  /** Events that are delivered again. */
  readonly events: number
  /** Of these, the ones whose effect the inbox knows: they are passed over, unless they are to be handled anew. */
  readonly known: number
  /** The first of them in each partition, where the group goes back to. */
  readonly positions: readonly LogPosition[]
}

const pageSize = 1_000

/** Says what a replay would do; changes nothing. Partitions in which the group stands before `from` stay where they are. */
export async function planReplay(replayed: ReplayedGroup, from: ReplayFrom): Promise<ReplayPlan> {
  const firsts = new Map<string, LogPosition>()
  let events = 0
  let known = 0
  for await (const page of passedEvents(replayed, from)) {
    for (const { topic, partition, position } of page) {
      const place = `${topic}/${partition}`
      if (!firsts.has(place)) firsts.set(place, { topic, partition, position })
    }
    events += page.length
    known += await countKnown(replayed, page)
  }
  return { events, known, positions: [...firsts.values()] }
}

/**
 * Takes a group back, so that its events from there on are delivered again: those the inbox knows take no effect a second
 * time, unless `anew` makes it forget them first. Dead letters stay what they are. Run twice, it does the same.
 */
export async function replay(
  replayed: ReplayedGroup,
  from: ReplayFrom,
  { anew = false }: { readonly anew?: boolean } = {},
): Promise<ReplayPlan> {
  const plan = await planReplay(replayed, from)
  if (plan.positions.length === 0) return plan
  if (anew) for await (const page of passedEvents(replayed, from)) await forget(replayed, page)
  await replayed.log.seek(replayed.group, replayed.types, { positions: plan.positions })
  return plan
}

interface PassedEvent extends LogPosition {
  readonly id: string
}

/** The events from there on that the group has passed, in pages. */
async function* passedEvents({ log, group, types }: ReplayedGroup, from: ReplayFrom): AsyncGenerator<PassedEvent[]> {
  const reached = new Map((await log.lag(group)).map((each) => [`${each.topic}/${each.partition}`, each.position]))
  if (reached.size === 0)
    throw new AppError('not_found', 'events.unknown_group', `There is no consumer group ${group} in the event log.`)
  const only = typeof from === 'object' && 'topic' in from ? from : undefined
  const topics =
    only === undefined ? [...new Set([...reached.keys()].map((key) => key.split('/')[0] ?? ''))] : [only.topic]
  let start: Parameters<EventLog['read']>[0]['from'] = typeof from === 'object' && 'since' in from ? from : 'start'
  for (;;) {
    const page = await log.read({ from: start, topics, types, limit: pageSize })
    if (page.events.length === 0) return
    yield page.events.filter(({ topic, partition, position }) => {
      if (only !== undefined && (partition !== only.partition || position < only.position)) return false
      return position < (reached.get(`${topic}/${partition}`) ?? 0)
    })
    start = { cursor: page.cursor }
  }
}

async function countKnown({ database, group }: ReplayedGroup, events: readonly PassedEvent[]): Promise<number> {
  const [row] = await database.read.sql<{ count: number }>`
    select count(*)::int as count from inbox
    where consumer_group = ${group} and event_id = any(${events.map(({ id }) => id)}::uuid[])`
  return row?.count ?? 0
}

async function forget({ database, group }: ReplayedGroup, events: readonly PassedEvent[]): Promise<void> {
  await database.transaction(
    ({ sql }) => sql`
      delete from inbox i where consumer_group = ${group} and event_id = any(${events.map(({ id }) => id)}::uuid[])
        and not exists (
          select from dead_letters d where d.consumer_group = i.consumer_group and d.event_id = i.event_id
        )`,
  )
}
