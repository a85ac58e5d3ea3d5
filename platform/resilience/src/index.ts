export { adaptiveLimit, type AdaptiveLimit, type AdaptiveLimitOptions } from './adaptive-limit.ts'
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
  receivedDeadline,
  remainingMs,
  type Deadline,
} from './deadline.ts'
export type { CircuitCause, CircuitState, GiveUpReason, Observer, ResilienceEvent } from './events.ts'
export { evidenceOf, type Evidence } from './evidence.ts'
export { fallback, type FallbackOptions } from './fallback.ts'
export { hedge, type HedgeOptions } from './hedge.ts'
export { instanceBreakers, type InstanceBreakers, type InstanceBreakersOptions } from './instance-breakers.ts'
export {
  loadShedder,
  type LoadPriority,
  type LoadShedder,
  type LoadShedderOptions,
  type LoadSnapshot,
} from './load-shedder.ts'
export { makePolicy, wrap, type Call, type Layer, type Policy } from './policy.ts'
export { rateLimitField, rateLimitPolicyField } from './rate-limit-fields.ts'
export {
  rateDecision,
  rateLimiter,
  type RateDecision,
  type RateLimiter,
  type RateLimiterOptions,
} from './rate-limiter.ts'
export { isRetryableError, retry, type RetryOptions } from './retry.ts'
export { retryBudget, type RetryBudget, type RetryBudgetOptions } from './retry-budget.ts'
export { monotonicMs, sleep, systemTime, type Time, type Timer } from './time.ts'
export { timeout, type TimeoutOptions } from './timeout.ts'
export { makeUnderWay, type Entered, type UnderWay } from './under-way.ts'
