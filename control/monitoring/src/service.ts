import { monitoring } from '@stoa/contracts/monitoring/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { makeSpanBuffer } from './span-buffer.ts'
import { pruneSpans } from './use-cases/prune-spans.ts'
import { getServiceMap } from './use-cases/read-service-map.ts'
import { getTrace, listTraces } from './use-cases/read-traces.ts'
import { receiveSpans } from './use-cases/receive-spans.ts'

/** Traces of all services: its table of contents. */
export const monitoringService = defineService(monitoring, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, database, telemetry, config }): Deps => {
    const retention = { hours: config.traceRetentionHours, maxBytes: config.traceStorageMegabytes * 1_000_000 }
    return {
      clock,
      database,
      otlpToken: config.otlpToken,
      spanBuffer: makeSpanBuffer({ database, clock, telemetry, retention }),
      retention,
    }
  },
  onStop: ({ spanBuffer }) => spanBuffer.close(),
  bind: (deps) => ({
    operations: {
      listTraces: listTraces(deps),
      getTrace: getTrace(deps),
      getServiceMap: getServiceMap(deps),
      otlp: receiveSpans(deps),
    },
    rpc: {},
    consumes: {},
    sagas: {},
    tasks: { 'prune-spans': pruneSpans(deps) },
    personalData: 'none',
  }),
})
