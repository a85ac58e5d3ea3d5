import type { ReadHandle } from '@stoa/contract'
import type { Flag } from '@stoa/contracts/config/resources'
import type { FlagState } from '@stoa/flags/evaluate'
import { listFlagsWithUse, readRevision, type FlagWithUse } from './store/flags.ts'

/** The highest number of flags. */
export const maxFlags = 2_000

/** The flags of the served environment as of a revision. */
export interface FlagsAt {
  readonly revision: number
  readonly flags: readonly FlagWithUse[]
}

/** The flags of the served environment. They are read again only after a change: one small query says whether there was one. */
export interface ServedFlags {
  readonly current: (db: ReadHandle) => Promise<FlagsAt>
}

export function makeServedFlags(environment: string): ServedFlags {
  let kept: { readonly revision: number; readonly read: Promise<FlagsAt> } | undefined
  return {
    async current(db) {
      // first the revision: flags that are newer than it are read once more, older ones never kept
      const revision = await readRevision(db)
      if (kept?.revision === revision) return kept.read
      // after a change all who ask at once share one read
      const read = listFlagsWithUse(db, { environment, afterKey: undefined, limit: maxFlags }).then((flags) => ({
        revision,
        flags,
      }))
      const reading = { revision, read }
      kept = reading
      read.catch(() => {
        if (kept === reading) kept = undefined
      })
      return read
    },
  }
}

/** What an evaluation needs of a flag. */
export function stateOf(flag: Flag): FlagState {
  const { type, variants, isKilled, offVariant, schedule, rules, serve } = flag
  return { type, variants, isKilled, offVariant, rules, serve, ...(schedule === undefined ? {} : { schedule }) }
}
