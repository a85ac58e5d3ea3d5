/** Where a circuit breaker stands. */
export type CircuitState = 'closed' | 'open' | 'half_open'

/** Why a circuit breaker changed its state. */
export type CircuitCause =
  | 'failures_in_a_row'
  | 'error_rate'
  | 'probe_failed'
  | 'probes_succeeded'
  | 'open_time_over'
  | 'probed'
  | 'reset'

/** Why a retry policy let the last error through. */
export type GiveUpReason = 'attempts' | 'budget' | 'deadline' | 'retry_after'

/** What policies tell an observer; `name` is the policy's, of low cardinality, and nothing in it is personal. */
export type ResilienceEvent =
  | {
      readonly type: 'circuit_state_changed'
      readonly name: string
      readonly from: CircuitState
      readonly to: CircuitState
      readonly cause: CircuitCause
    }
  | { readonly type: 'circuit_refused'; readonly name: string }
  | { readonly type: 'retry_scheduled'; readonly name: string; readonly attempt: number; readonly delayMs: number }
  | {
      readonly type: 'retry_given_up'
      readonly name: string
      readonly attempts: number
      readonly reason: GiveUpReason
    }
  | { readonly type: 'timed_out'; readonly name: string }
  | { readonly type: 'bulkhead_queued'; readonly name: string }
  | { readonly type: 'bulkhead_refused'; readonly name: string }
  | { readonly type: 'fell_back'; readonly name: string }
  | { readonly type: 'hedge_sent'; readonly name: string }
  | { readonly type: 'hedge_won'; readonly name: string }
  | { readonly type: 'rate_limited'; readonly name: string }

/** Hears what policies do, synchronously and on the caller's stack: it must be quick and must not throw. */
export interface Observer {
  readonly onEvent: (event: ResilienceEvent) => void
}
