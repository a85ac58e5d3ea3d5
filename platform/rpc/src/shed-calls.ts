import { platformError } from '@stoa/kernel'
import type { LoadShedder } from '@stoa/resilience'
import type { Telemetry } from '@stoa/telemetry'

/** Limits the calls in progress. A rejected call is counted, but neither traced nor logged, so that rejecting costs almost nothing. */
export interface CallShedding {
  /** @throws AppError `service.overloaded` if the next call would be refused */
  readonly check: () => void
  /** Runs a call within the limit. @throws AppError `service.overloaded` */
  readonly run: (call: () => Promise<unknown>) => Promise<unknown>
}

/** Makes the shedding of a server; without a load shedder it refuses nothing. */
export function makeCallShedding(load: LoadShedder | undefined, { metrics }: Telemetry): CallShedding {
  const refused = metrics.counter('rpc_server_calls_shed_total', 'Calls refused because too many were in progress')
  const refuse = () => {
    refused.add(1)
    const detail = 'This instance has too many calls in progress; retry later.'
    throw platformError('service.overloaded', detail, { retryAfterSeconds: 1 })
  }
  return {
    check: () => {
      if (load?.isFull() === true) refuse()
    },
    async run(call) {
      if (load?.tryEnter() === false) refuse()
      try {
        return await call()
      } finally {
        load?.leave()
      }
    },
  }
}
