import { connectionsStopMs } from '@stoa/config'
import type { Telemetry } from '@stoa/telemetry'
import { bindService } from './bind-service.ts'
import { connect } from './connections.ts'
import type { DefinedService } from './define-service.ts'
import { makeDoors } from './doors.ts'
import { heldParts, stagesOf } from './parts.ts'
import { prepareSchema } from './service-schema.ts'
import { startStages, stopStages, type Stage } from './stages.ts'
import type { StartOptions } from './start-options.ts'

export interface RunningService {
  readonly name: string
  readonly instanceId: string
  readonly port: number
  readonly telemetry: Telemetry
  readonly isReady: () => boolean
  /** Drains the service: deregisters it, completes the work in progress within `stopTimeMs` of the configured time, and leaves the rest to other replicas. */
  readonly stop: () => Promise<void>
}

/** Starts a defined service: its schema, then its parts in order. If one of them does not start, all are stopped. */
export async function startService(definition: DefinedService, options: StartOptions): Promise<RunningService> {
  const connections = connect(definition, options)
  const { service, instanceId, telemetry } = connections
  const { logger } = telemetry
  const held = heldParts(connections)
  let stages: readonly Stage[] = [{ parts: Object.values(held), leastStopMs: connectionsStopMs }]
  let isReady = false
  const parts = () => stages.flatMap((stage) => stage.parts)
  try {
    await prepareSchema(definition, options.config)
    const bound = bindService(definition, connections)
    const doors = makeDoors({ connections, bindings: bound.bindings, parts, isReady: () => isReady })
    stages = stagesOf({ definition, connections, held, bound, doors })
    await startStages(stages)
    isReady = true
    const port = doors.number()
    logger.info('ready', { port, instance: instanceId })
    const stop = () => {
      isReady = false
      logger.info('draining', { inFlight: doors.inFlight() })
      return stopStages(stages, options.config.drainTimeoutMs, logger)
    }
    let stopping: Promise<void> | undefined
    return {
      name: service.name,
      instanceId,
      port,
      telemetry,
      isReady: () => isReady,
      stop: () => (stopping ??= stop()),
    }
  } catch (error) {
    await stopStages(stages, 0, logger).catch(() => {})
    throw error
  }
}
