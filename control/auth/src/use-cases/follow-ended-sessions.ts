import { setTimeout as delay } from 'node:timers/promises'
import type { StreamHandler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { readValidity, validityPage, type Validity } from '../store/ended-sessions.ts'

// it is looked for, so that every replica tells what any of them has done
const pollMs = 1_000
const freshMs = 500

/**
 * Reports which sessions ended after a position, and which keys verify: first everything there is, then what changes. The
 * first `signing_keys` comes when everything has been reported that had ended before.
 */
export const followEndedSessions = ({ clock }: Deps): StreamHandler<AuthService, 'followEndedSessions'> => {
  const readShared = sharedReader()
  return async function* ({ query, headers, signal, db }) {
    let after = Number(/^\d{1,15}$/.exec(headers['last-event-id'] ?? '')?.[0] ?? query.after ?? 0)
    let told: string | undefined
    while (!signal.aborted) {
      // what a follower hears first must not be older than its question
      const read = told === undefined ? readValidity : readShared
      const { ended, keyIds } = await read(db, after, clock.now())
      for (const { position, sessionIds } of ended) {
        after = position
        yield { id: String(position), event: 'sessions_ended', data: { sessionIds } }
      }
      // more is there already, which a verifier must know before it trusts a token
      if (ended.length === validityPage) continue
      if (told !== keyIds.join()) yield { event: 'signing_keys', data: { keyIds } }
      told = keyIds.join()
      await delay(pollMs, undefined, { signal }).catch(() => {})
    }
  }
}

/** Followers that have heard the same share one question to the database while it is fresh. */
function sharedReader(): typeof readValidity {
  const reads = new Map<number, Promise<Validity>>()
  return (db, after, now) => {
    const under = reads.get(after)
    if (under !== undefined) return under
    const read = readValidity(db, after, now)
    reads.set(after, read)
    const forget = () => void reads.delete(after)
    read.then(() => setTimeout(forget, freshMs).unref(), forget)
    return read
  }
}
