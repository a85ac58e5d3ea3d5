import { streaming as contract } from '@stoa/contracts/streaming/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { streams } from './streams/all.ts'
import { advanceWatermarksTask, pruneLateEventsTask, pruneMatchesTask } from './use-cases/advance-watermarks.ts'
import { countEvents } from './use-cases/count-events.ts'
import { personalData } from './use-cases/erase-person.ts'
import { pauseStream, resetStream, resumeStream } from './use-cases/manage-streams.ts'
import { matchEvents } from './use-cases/match-events.ts'
import { publishResultsTask } from './use-cases/publish-results.ts'
import { getStream, listStreams } from './use-cases/read-streams.ts'

/** Continuous queries over the event log: its table of contents. */
export const streamingService = defineService(contract, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, database, makeTx, batches }): Deps => ({ clock, database, makeTx, batches, streams }),
  bind: (deps) => ({
    operations: {
      listStreams: listStreams(deps),
      getStream: getStream(deps),
      pauseStream: pauseStream(deps),
      resumeStream: resumeStream(deps),
      resetStream: resetStream(deps),
    },
    rpc: {},
    consumes: {},
    batches: {
      orders: countEvents(streams.orders),
      payments: countEvents(streams.payments),
      'failed-payments': matchEvents(streams['failed-payments']),
    },
    sagas: {},
    tasks: {
      'publish-results': publishResultsTask(deps),
      'advance-watermarks': advanceWatermarksTask(deps),
      'prune-late-events': pruneLateEventsTask(deps),
      'prune-matches': pruneMatchesTask(deps),
    },
    personalData,
  }),
})
