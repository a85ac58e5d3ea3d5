import { fileURLToPath } from 'node:url'
import { startReplica, untilKnown, type Replica } from '../replica.ts'
import type { ProcessRow } from '@stoa/supervisor/control'
import type { Sql } from '../../databases.ts'
import { additions } from './additions.ts'

/** A service of which a next release can run. */
export type Upgraded = keyof typeof additions

/** Those services. */
export const upgraded = Object.keys(additions) as readonly Upgraded[]

/** What is asked of the system that it runs in. */
interface Beside {
  readonly home: string
  readonly rows: () => Promise<readonly ProcessRow[]>
  readonly sql: Sql
}

/** The processes of the next release that run in a system. */
export interface Releases {
  /** How long each took, from ready to owning partitions of the event log, in ms. */
  readonly joinedMs: readonly number[]
  /** Starts it, unless it runs, and waits until it owns partitions of the event log. */
  readonly forward: (system: Beside, service: Upgraded) => Promise<void>
  readonly back: (service: Upgraded, how: 'SIGTERM' | 'SIGKILL') => Promise<void>
  readonly end: () => Promise<void>
}

/** None of them runs yet. */
export function makeReleases(): Releases {
  const running = new Map<Upgraded, Replica>()
  const joinedMs: number[] = []
  const back = async (service: Upgraded, how: 'SIGTERM' | 'SIGKILL') => {
    const replica = running.get(service)
    running.delete(service)
    await replica?.end(how)
  }
  return {
    joinedMs,
    back,
    async forward(system, service) {
      if (running.has(service)) return
      const before = await membersOf(system, service)
      const entry = fileURLToPath(new URL(`entries/${service}-next.ts`, import.meta.url))
      running.set(service, await startReplica(system, { service, name: `${service}-next`, entry }))
      const readyAt = performance.now()
      await untilKnown(async () => {
        const owners = await membersOf(system, service).catch(() => before)
        return [...owners].find((owner) => !before.has(owner))
      }, `partitions for the next release of ${service}`)
      joinedMs.push(performance.now() - readyAt)
      await noteJoined(system, service)
    },
    async end() {
      await Promise.all([...running.keys()].map((service) => back(service, 'SIGKILL')))
    },
  }
}

/** The members of the next release that own partitions. */
async function membersOf({ sql }: Beside, service: Upgraded): Promise<ReadonlySet<string>> {
  const rows = await sql(
    'event_log',
    `select distinct m.member from consumer_members m join consumer_offsets o using (consumer_group, member)
      where m.consumer_group = $1 and $2 = any(m.types)`,
    [service, additions[service].event.type],
  )
  return new Set(rows.map(({ member }) => member as string))
}

/** From when on every event of the new type has to be noted. */
async function noteJoined({ sql }: Beside, service: Upgraded): Promise<void> {
  await sql(
    service,
    `insert into release_notes (kind, about) select 'joined', ''
      where not exists (select from release_notes where kind = 'joined')`,
  )
}
