import type { Session } from '@stoa/postgres'
import type { LivePool } from './live-pool.ts'
import { isLive } from './transition.ts'

const everyMs = 60_000
const inDoubtEveryMs = 1_000
const inDoubtForMs = 60_000

/** Finds sagas that belong to a worker that does not drive them: the response to the COMMIT that started them was lost. */
export interface OwnWatch {
  /** Looks if it is time to. */
  readonly look: () => Promise<void>
  /** Looks every second for a minute: a commit whose outcome is unknown may also become visible later. */
  readonly hurry: () => void
}

/** Looks once a minute, whatever the reason could be. */
export function makeOwnWatch(worker: string, session: Session, pool: LivePool): OwnWatch {
  let nextAt = performance.now() + everyMs
  let inDoubtUntil = 0
  return {
    async look() {
      const now = performance.now()
      if (now < nextAt) return
      nextAt = now + (now < inDoubtUntil ? inDoubtEveryMs : everyMs)
      for (const id of await readForgotten(session, worker, pool)) await pool.recover(id)
    },
    hurry() {
      const now = performance.now()
      inDoubtUntil = now + inDoubtForMs
      nextAt = Math.min(nextAt, now + inDoubtEveryMs)
    },
  }
}

/** What was started within the last moments may be about to be driven. */
async function readForgotten(session: Session, worker: string, { sagas }: LivePool): Promise<string[]> {
  const rows = await session.sql<{ id: string }>`
    select s.id from sagas s
    where s.owner = ${worker} and ${isLive} and s.created_at < statement_timestamp() - interval '1 second'`
  return rows.map(({ id }) => id).filter((id) => !sagas.has(id))
}
