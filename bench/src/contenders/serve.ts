import { setTimeout as delay } from 'node:timers/promises'
import { runClosedLoop, type Load, type LoadResult } from '../closed-loop.ts'
import { runOpenLoop, type OfferedLoad } from '../open-loop.ts'

/** What a contender is asked: to run a load, or to be idle for a time. */
export type Question = Load | OfferedLoad | { readonly idleMs: number }

/**
 * Runs what the bench asks for in this process, until the bench disconnects.
 * @param run one task of this kind, from its begin to its durable end
 */
export function serve(run: (kind: string) => Promise<unknown>, close: () => Promise<unknown>): void {
  process.on('message', (question: Question) => {
    void answer(run, question).then(
      (result) => process.send?.({ result }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.once('disconnect', () => {
    void close().finally(() => process.exit())
  })
  process.send?.({ result: 'ready' })
}

async function answer(run: (kind: string) => Promise<unknown>, question: Question): Promise<LoadResult | number> {
  if ('concurrency' in question) return runClosedLoop(() => run(question.kind), question)
  if ('perSecond' in question) return runOpenLoop(() => run(question.kind), question)
  const before = process.cpuUsage()
  await delay(question.idleMs)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000_000
}
