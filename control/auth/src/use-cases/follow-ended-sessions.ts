import { setTimeout as delay } from 'node:timers/promises'
import type { StreamHandler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { readValidity } from '../store/ended-sessions.ts'

// it is looked for, so that every replica tells what any of them has done
const pollMs = 1_000

/** Tells what ended, from a position on, and which keys verify: first as it is, then as it changes. */
export const followEndedSessions = ({ clock }: Deps): StreamHandler<AuthService, 'followEndedSessions'> =>
  async function* ({ query, headers, signal, db }) {
    let after = Number(/^\d{1,15}$/.exec(headers['last-event-id'] ?? '')?.[0] ?? query.after ?? 0)
    let told: string | undefined
    while (!signal.aborted) {
      const { ended, keyIds } = await readValidity(db, after, clock.now())
      for (const { position, sessionIds } of ended) {
        after = position
        yield { id: String(position), event: 'sessions_ended', data: { sessionIds } }
      }
      if (told !== keyIds.join()) yield { event: 'signing_keys', data: { keyIds } }
      told = keyIds.join()
      await delay(pollMs, undefined, { signal }).catch(() => {})
    }
  }
