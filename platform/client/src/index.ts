export { connectCalls, type CallClient, type CallClientOptions, type CallCause } from './calls.ts'
