/** Time in milliseconds that the background work of a service has to stop if its requests took all of DRAIN_TIMEOUT_MS. */
export const backgroundStopMs = 400
/** Time in milliseconds in which the outbox is emptied if consumers, tasks and sagas took all of theirs. */
export const relayStopMs = 150
/** Time in milliseconds for closing the connections to the event log, the registry and what the service itself uses. */
export const connectionsStopMs = 100
/** Time in milliseconds for closing the connections to the database. */
export const databaseStopMs = 50
/** Time in milliseconds for sending the last spans. */
export const telemetryStopMs = 100

/** The longest time in milliseconds that a service takes to stop. The supervisor waits this long before it kills the service. */
export function stopTimeMs(drainTimeoutMs: number): number {
  return drainTimeoutMs + backgroundStopMs + relayStopMs + connectionsStopMs + databaseStopMs + telemetryStopMs
}
