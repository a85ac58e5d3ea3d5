export { makeBreakers, type BreakerFilter, type BreakerReport, type Breakers } from './breakers.ts'
export { connectCalls, type CallClient, type CallClientOptions, type CallCause } from './calls.ts'
