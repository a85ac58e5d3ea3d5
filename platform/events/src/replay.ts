import { type AppError, platformError } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { ReplayPlan } from './endpoints.ts'
import type { EventLog, LogPage, LogPosition } from './event-log.ts'
import { inboxRetentionMs as defaultInboxRetentionMs } from './inbox.ts'

/** From where on a group is to be given events again. */
export type ReplayFrom = 'start' | { readonly since: Temporal.Instant } | LogPosition

/** A group, and where its effects are. */
export interface ReplayedGroup {
  readonly log: EventLog
  /** The consumer's own, with its inbox. */
  readonly database: Database
  readonly group: string
  readonly types: readonly string[]
  /** How long the consumer remembers handled events; as in `startConsumers` by default. */
  readonly inboxRetentionMs?: number
}

const pageSize = 1_000

/** Counts what a replay would do; changes nothing. Partitions in which the group stands before `from` stay where they are. */
export async function planReplay(replayed: ReplayedGroup, from: ReplayFrom): Promise<ReplayPlan> {
  const firsts = new Map<string, LogPosition>()
  let [events, known, forgotten] = [0, 0, 0]
  for await (const page of passedEvents(replayed, from)) {
    for (const { topic, partition, position } of page) {
      const place = `${topic}/${partition}`
      if (!firsts.has(place)) firsts.set(place, { topic, partition, position })
    }
    const counts = await compareWithInbox(replayed, page)
    events += page.length
    known += counts.known
    forgotten += counts.forgotten
  }
  return { events, known, forgotten, positions: [...firsts.values()] }
}

/**
 * Takes a group back, so that its events from there on are delivered again: those the inbox knows take no effect a second
 * time, unless `again` makes it forget them first. Dead letters stay what they are. Run twice, it does the same.
 * @throws AppError `events.beyond_inbox` without `anew` when events are older than the inbox remembers: they would take
 * effect a second time
 */
export async function replay(
  replayed: ReplayedGroup,
  from: ReplayFrom,
  { anew = false }: { readonly anew?: boolean } = {},
): Promise<ReplayPlan> {
  const plan = await planReplay(replayed, from)
  if (plan.positions.length === 0) return plan
  if (plan.forgotten > 0 && !anew) throw beyondInbox(plan.forgotten)
  if (anew) for await (const page of passedEvents(replayed, from)) await forget(replayed, page)
  await replayed.log.seek(replayed.group, replayed.types, { positions: plan.positions })
  return plan
}

function beyondInbox(forgotten: number): AppError {
  return platformError(
    'events.beyond_inbox',
    `${forgotten} of these events are older than the inbox, so they would take effect again: ` +
      'replay from a later time, or request that all of them are processed again.',
  )
}

type PassedEvent = LogPage['events'][number]

/** The events from there on that the group has passed, in pages. */
async function* passedEvents({ log, group, types }: ReplayedGroup, from: ReplayFrom): AsyncGenerator<PassedEvent[]> {
  const reached = new Map((await log.lag(group)).map((each) => [`${each.topic}/${each.partition}`, each.position]))
  if (reached.size === 0)
    throw platformError('events.unknown_group', `There is no consumer group ${group} in the event log.`)
  const only = typeof from === 'object' && 'topic' in from ? from : undefined
  const topics =
    only === undefined ? [...new Set([...reached.keys()].map((key) => key.split('/')[0] ?? ''))] : [only.topic]
  let start: Parameters<EventLog['read']>[0]['from'] = typeof from === 'object' && 'since' in from ? from : 'start'
  for (;;) {
    const page = await log.read({ from: start, topics, types, limit: pageSize })
    if (page.events.length === 0) return
    yield page.events.filter(({ topic, partition, position, type }) => {
      // A type of the group stands for its first major version alone.
      if (!types.includes(type)) return false
      if (only !== undefined && (partition !== only.partition || position < only.position)) return false
      return position < (reached.get(`${topic}/${partition}`) ?? 0)
    })
    start = { cursor: page.cursor }
  }
}

async function compareWithInbox(
  { database, group, inboxRetentionMs = defaultInboxRetentionMs }: ReplayedGroup,
  events: readonly PassedEvent[],
): Promise<{ known: number; forgotten: number }> {
  const [ids, times] = [events.map(({ id }) => id), events.map(({ appendedAt }) => appendedAt.toString())]
  const [row] = await database.read.sql<{ known: number; forgotten: number }>`
    select count(i.event_id)::int as known,
      count(*) filter (
        where i.event_id is null and e.appended_at < now() - ${inboxRetentionMs} * interval '1 millisecond'
      )::int as forgotten
    from unnest(${ids}::uuid[], ${times}::timestamptz[]) as e(id, appended_at)
    left join inbox i on i.event_id = e.id and i.consumer_group = ${group}`
  return row ?? { known: 0, forgotten: 0 }
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
