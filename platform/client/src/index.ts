export { makeBreakers, type BreakerFilter, type Breakers } from './breakers.ts'
export { connectCalls, type CallClient, type CallClientOptions, type CallCause } from './calls.ts'
export { examineCallee } from './callee-health.ts'
export { breakersAdmin, callsPart } from './part.ts'
