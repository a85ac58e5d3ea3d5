import type { TaskHandler } from '@stoa/contract'
import { metricComputed } from '@stoa/contracts/streaming/events'
import type { StreamingService } from '@stoa/contracts/streaming/service'
import type { Deps } from '../deps.ts'
import { merge } from '../engine/fold.ts'
import { isPattern } from '../engine/stream.ts'
import { takeDirty } from '../store/windows.ts'

const mostAtOnce = 500

/** Publishes the result of every window that has changed, in the transaction that marks it as published. */
export const publishResultsTask =
  ({ clock, streams }: Deps): TaskHandler<StreamingService, 'publish-results'> =>
  async ({ payload: { stream }, commit }) => {
    const definition = Object.values(streams).find(({ name }) => name === stream)
    await commit(async (tx) => {
      // Of a stream that only a newer release has, nothing is taken.
      if (definition === undefined || isPattern(definition)) return
      const changed = await takeDirty(tx, stream, mostAtOnce)
      for (const { key, keyFields, startsAt, endsAt, state, revision, isClosed } of changed) {
        await tx.publish(metricComputed, `${stream}/${startsAt.toString()}/${key}`, {
          stream,
          key: keyFields,
          windowStart: startsAt.toString(),
          windowEnd: endsAt.toString(),
          values: merge(definition, state, {}),
          isClosed,
          revision,
          computedAt: clock.now().toString(),
        })
      }
      if (changed.length === mostAtOnce) await tx.enqueue('publish-results', { stream }, { key: stream })
    })
  }
