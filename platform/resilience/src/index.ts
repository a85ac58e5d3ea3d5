export { fullJitterMs } from './backoff.ts'
export {
  bulkhead,
  type Bulkhead,
  type BulkheadOptions,
  type BulkheadSnapshot,
  type BulkheadWaiter,
} from './bulkhead.ts'
export { bulkheadPools, defaultPools } from './bulkhead-pools.ts'
export type { CallContext, CallOptions, CallScope } from './call-scope.ts'
export {
  circuitBreaker,
  isUpstreamFailure,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitChange,
  type CircuitSnapshot,
} from './circuit-breaker.ts'
export {
  deadlineAfter,
  deadlineExceeded,
  earlierDeadline,
  formatGrpcTimeout,
  parseDeadline,
  parseGrpcTimeoutMs,
  remainingMs,
  type Deadline,
} from './deadline.ts'
export type { CircuitCause, CircuitState, GiveUpReason, Observer, ResilienceEvent } from './events.ts'
export { fallback, type FallbackOptions } from './fallback.ts'
export { hedge, type HedgeOptions } from './hedge.ts'
export { makePolicy, wrap, type Call, type Layer, type Policy } from './policy.ts'
export { probeWhileOpen, type ProbeOptions } from './probe-while-open.ts'
export { rateLimitField, rateLimitPolicyField } from './rate-limit-fields.ts'
export { rateLimiter, type RateDecision, type RateLimiter, type RateLimiterOptions } from './rate-limiter.ts'
export { isRetryableError, retry, type RetryOptions } from './retry.ts'
export { retryBudget, type RetryBudget, type RetryBudgetOptions } from './retry-budget.ts'
export { monotonicMs, sleep, systemTime, type Time, type Timer } from './time.ts'
export { timeout, type TimeoutOptions } from './timeout.ts'
