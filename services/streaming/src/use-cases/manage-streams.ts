import type { Handler } from '@stoa/contract'
import type { StreamingService } from '@stoa/contracts/streaming/service'
import type { Deps } from '../deps.ts'
import { isPattern } from '../engine/stream.ts'
import { forgetMarks } from '../store/patterns.ts'
import { forgetTimes } from '../store/streams.ts'
import { emptyWindows } from '../store/windows.ts'
import { findStream } from './read-streams.ts'

export const pauseStream =
  (deps: Deps): Handler<StreamingService, 'pauseStream'> =>
  async ({ params, refuse, commit }) => {
    const stream = findStream(deps, params.name)
    if (stream === undefined) return refuse('streaming.not_found', `There is no stream ${params.name}.`)
    await deps.batches.pause(stream.name)
    return commit(async () => ({ status: 200, id: stream.name }))
  }

export const resumeStream =
  (deps: Deps): Handler<StreamingService, 'resumeStream'> =>
  async ({ params, refuse, commit }) => {
    const stream = findStream(deps, params.name)
    if (stream === undefined) return refuse('streaming.not_found', `There is no stream ${params.name}.`)
    await deps.batches.resume(stream.name)
    return commit(async () => ({ status: 200, id: stream.name }))
  }

/**
 * The windows stay, without values: their next results correct what was published, also where nothing is counted any more. Matches stay
 * until they are found again, or the watermark has passed them.
 */
export const resetStream =
  (deps: Deps): Handler<StreamingService, 'resetStream'> =>
  async ({ params, refuse, commit }) => {
    const stream = findStream(deps, params.name)
    if (stream === undefined) return refuse('streaming.not_found', `There is no stream ${params.name}.`)
    return commit(async (tx) => {
      await deps.batches.restart(tx, stream.name, undefined)
      await forgetTimes(tx, stream.name)
      if (isPattern(stream)) {
        await forgetMarks(tx, stream.name)
        return { status: 200, id: stream.name }
      }
      await emptyWindows(tx, stream.name)
      await tx.enqueue('publish-results', { stream: stream.name }, { key: stream.name })
      return { status: 200, id: stream.name }
    })
  }
