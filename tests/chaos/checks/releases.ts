import type { System } from '../system.ts'
import { additions } from '../releases/additions.ts'
import { upgraded } from '../releases/releases.ts'
import { eachRow, type Check } from './check.ts'

type Asked = { readonly system: Pick<System, 'sql'> }

const joinWithinMs = 10_000

/** Answers of each service whose next release has run, each with the service's name. */
function ofEach(
  fact: string,
  complaints: (system: Asked['system'], service: (typeof upgraded)[number]) => Promise<string[]>,
): Check<Asked> {
  return {
    fact,
    async complaints({ system }) {
      const found = await Promise.all(
        upgraded.map(async (service) => {
          const [row] = await system.sql(service, `select to_regclass('release_notes') is not null as has_run`)
          if (row?.['has_run'] !== true) return []
          return (await complaints(system, service)).map((text) => `${service}: ${text}`)
        }),
      )
      return found.flat()
    },
  }
}

/** Each saga has run the steps of its version, in their order. */
export const stepsOfVersion = eachRow(
  'every saga has run the steps of its own version, and no other',
  'order',
  `select s.id, s.version, s.state, ran.steps as ran, known.steps as known
    from sagas s left join saga_definitions d using (name, version)
    cross join lateral (
      select coalesce(array_agg(j.step order by j.seq), '{}') as steps from saga_journal j
      where j.saga_id = s.id and j.kind = 'action' and j.outcome in ('succeeded', 'skipped')) ran
    cross join lateral (
      select coalesce(array_agg(split_part(step, ' ', 2) order by place), '{}') as steps
      from unnest(d.steps) with ordinality as u(step, place) where step not like 'wait %') known
    where not s.is_reduced and (ran.steps <> known.steps[1:cardinality(ran.steps)]
      or s.state = 'completed' and ran.steps <> known.steps)`,
)

const eventsOfNewType = ofEach(
  'no event that only the next release consumes is missed, and nothing it does is done twice',
  async ({ sql }, service) => {
    const notes = await sql(
      service,
      `select kind, about, count(*)::int as times from release_notes where kind in ('event', 'step') group by 1, 2`,
    )
    const [joined] = await sql(service, `select noted_at::text as at from release_notes where kind = 'joined'`)
    const events = await sql(
      'event_log',
      'select distinct event_id::text as id from event_log where type = $1 and appended_at > $2::timestamptz',
      [additions[service].event.type, joined?.['at']],
    )
    const noted = new Set(notes.map(({ about }) => about as string))
    const missed = events.filter(({ id }) => !noted.has(id)).map(({ id }) => `event ${id} was missed`)
    const twice = notes
      .filter(({ times }) => times > 1)
      .map(({ kind, about, times }) => `${kind} ${about}: ${times} times`)
    return [...missed, ...twice]
  },
)

/** What only the next release does, the tasks that follow from it included. */
const tasksOfNextRelease = ofEach('every task of the next release was done once', async ({ sql }, service) => {
  const rows = await sql(
    service,
    `select coalesce(w.about, t.about) as about, count(distinct w.about)::int as wanted, count(t.about)::int as done
        from (select about from release_notes where kind in ('event', 'step')) w
        full join (select about from release_notes where kind = 'task') t on t.about = w.about
        group by 1 having count(distinct w.about) <> count(t.about)`,
  )
  return rows.map((row) => JSON.stringify(row))
})

/** What has to come to an end before the rest is looked at. */
export const releasesSettle: readonly Check<Asked>[] = [eventsOfNewType, tasksOfNextRelease]

const partitionsMoved: Check = {
  fact: 'a replica that joins under load owns partitions of the event log within 10 s',
  complaints: async ({ system: { releases } }) =>
    releases.joinedMs.filter((ms) => ms > joinWithinMs).map((ms) => `one waited ${(ms / 1_000).toFixed(1)} s`),
}

/** What must hold of two releases that ran side by side. */
export const releaseChecks: readonly Check[] = [...releasesSettle, partitionsMoved]
