/** The state of a circuit breaker. */
export type CircuitState = 'closed' | 'open' | 'half_open'

/** Why a circuit breaker changed its state. */
export type CircuitCause =
  | 'failures_in_a_row'
  | 'error_rate'
  | 'probe_failed'
  | 'probes_succeeded'
  | 'open_time_over'
  /** The instance reports that it is ready again. */
  | 'ready'
  | 'reset'

/** Why a retry policy let the last error through. */
export type GiveUpReason = 'attempts' | 'budget' | 'deadline' | 'retry_after'

/** The events of policies; `name` is the name of the policy, has low cardinality and contains no personal data. */
export type ResilienceEvent =
  | {
      readonly type: 'circuit_state_changed'
      readonly name: string
      readonly from: CircuitState
      readonly to: CircuitState
      readonly cause: CircuitCause
      /** What the last failure was, for people. */
      readonly lastFailure: string | undefined
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

/** Receives the events of policies synchronously, on the stack of the caller: it must be fast and must not throw. */
export interface Observer {
  readonly onEvent: (event: ResilienceEvent) => void
}
