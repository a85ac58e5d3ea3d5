import { isAppError, platformError } from '@stoa/kernel'
import type { LoadShedder } from '@stoa/resilience'
import type { Telemetry } from '@stoa/telemetry'

/** Limits the calls in progress. A call that finds no place is counted, but neither traced nor logged, so that rejecting costs almost nothing. */
export interface CallShedding {
  /** @throws AppError `service.overloaded` if the next call would be refused */
  readonly check: () => void
  /**
   * Runs a call of a method within the limit; the call assigns its place to its caller as soon as the caller is known, which throws
   * the same if the caller has its share. @throws AppError `service.overloaded`
   */
  readonly run: (method: string, call: (assign: (caller: string) => void) => Promise<unknown>) => Promise<unknown>
}

/** Makes the shedding of a server; without a load shedder it refuses nothing. Calls between services are refused last. */
export function makeCallShedding(load: LoadShedder | undefined, { metrics }: Telemetry): CallShedding {
  const refused = metrics.counter('rpc_server_calls_shed_total', 'Calls refused because too many were in progress')
  const refuse = () => {
    refused.add(1)
    const detail = 'This instance has too many calls in progress; retry later.'
    throw platformError('service.overloaded', detail, { retryAfterSeconds: 1 })
  }
  if (load === undefined) return { check: () => {}, run: (_, call) => call(() => {}) }
  return {
    check: () => {
      if (load.isFull('high')) refuse()
    },
    async run(method, call) {
      if (!load.tryEnter('high')) refuse()
      let caller: string | undefined
      const startMs = performance.now()
      try {
        const result = await call((subject) => {
          if (!load.tryAssign(subject, 'high')) refuse()
          caller = subject
        })
        load.record(method, performance.now() - startMs)
        return result
      } catch (error) {
        // a call that was too late is the clearest sign of load; other refusals take no time
        if (isAppError(error) && error.kind === 'timeout') load.record(method, performance.now() - startMs)
        throw error
      } finally {
        load.leave(caller)
      }
    },
  }
}
