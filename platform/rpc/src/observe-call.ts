import { ConnectError } from '@connectrpc/connect'
import { AppError, type Clock } from '@stoa/kernel'
import { receivedDeadline } from '@stoa/resilience'
import {
  attributes as names,
  contextFromHeaders,
  newContext,
  rpcCallDuration,
  runWithContext,
  type Telemetry,
} from '@stoa/telemetry'
import { callHeaders } from './call-headers.ts'
import { statusNameOf } from './status-name.ts'

interface ObserverOptions {
  readonly telemetry: Telemetry
  readonly clock: Clock
}

/** Runs a call in the caller's trace, with a span, a duration and a log line, whatever its outcome. */
export type CallObserver = (
  name: string,
  header: (name: string) => string | undefined,
  run: (deadlineMs: number | undefined) => Promise<unknown>,
) => Promise<unknown>

/** Makes the observer of a server's calls. */
export function makeCallObserver({ telemetry, clock }: ObserverOptions): CallObserver {
  const durations = rpcCallDuration(telemetry.metrics, 'server')
  return (name, header, run) => {
    const epochMs = clock.now().epochMilliseconds
    const deadlineMs = receivedDeadline(header(callHeaders.timeout), header(callHeaders.deadline), epochMs)
    const more = deadlineMs === undefined ? {} : { deadlineMs }
    const context = contextFromHeaders({ traceparent: header(callHeaders.traceparent) }, more) ?? newContext(more)
    const attributes = { [names.rpcSystemName]: 'connectrpc', [names.rpcMethod]: name }
    return runWithContext(context, () =>
      telemetry.inSpan(name, { kind: 'server', attributes }, async (span) => {
        const startMs = performance.now()
        let outcome = 'ok'
        let failure: unknown
        try {
          return await run(deadlineMs)
        } catch (error) {
          failure = error
          outcome = error instanceof AppError ? error.code : codeOf(error)
          if (outcome === 'service.failed') telemetry.logger.error('call failed unexpectedly', { method: name, error })
          throw error
        } finally {
          const elapsedMs = performance.now() - startMs
          const status = statusNameOf(failure)
          span.setAttribute(names.rpcStatusCode, status)
          durations.observe(elapsedMs / 1_000, { rpc_method: name, rpc_status_code: status })
          const durationMs = Math.round(elapsedMs * 100) / 100
          telemetry.logger.info('call', { method: name, outcome, durationMs })
        }
      }),
    )
  }
}

/** A `ConnectError`, such as that of an unreadable message, has only a status; any other error is a bug. */
function codeOf(error: unknown): string {
  return error instanceof ConnectError ? statusNameOf(error) : 'service.failed'
}
