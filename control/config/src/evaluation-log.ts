import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'
import { addEvaluations, type FlagUse } from './store/evaluations.ts'

/** Counts the evaluations over OFREP in memory and writes them now and then; a crash loses those of the last seconds. */
export interface EvaluationLog {
  readonly note: (key: string, variant: string) => void
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
}

const flushEveryMs = 5_000

export function makeEvaluationLog(database: Database, clock: Clock, logger: Logger): EvaluationLog {
  const uses = new Map<string, FlagUse>()
  async function flush(): Promise<void> {
    if (uses.size === 0) return
    const taken = [...uses.values()]
    uses.clear()
    await database
      .transaction((tx) => addEvaluations(tx, taken))
      .catch((error: unknown) => logger.warn('evaluations over OFREP were not counted', { error }))
  }
  const timer = setInterval(() => void flush(), flushEveryMs).unref()
  return {
    note(key, variant) {
      const id = `${key}/${variant}`
      uses.set(id, { key, variant, count: (uses.get(id)?.count ?? 0) + 1, lastAt: clock.now().toString() })
    },
    flush,
    close() {
      clearInterval(timer)
      return flush()
    },
  }
}
