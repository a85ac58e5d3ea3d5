import { catalogueError, errors, isAppError } from '@stoa/kernel'
import { circuitBreaker, evidenceOf, retry, timeout, wrap, type CallContext, type Observer } from '@stoa/resilience'
import { startFlakyServer } from './flaky-server.ts'

const server = await startFlakyServer()
const observer: Observer = {
  onEvent(event) {
    if (event.type === 'retry_scheduled') console.log(`  attempt ${event.attempt} follows`)
    if (event.type === 'retry_given_up') console.log(`  given up after ${event.attempts} attempts`)
    if (event.type === 'circuit_state_changed') console.log(`  breaker: ${event.from} -> ${event.to} (${event.cause})`)
  },
}
const breaker = circuitBreaker({
  name: 'flaky',
  failuresInARow: 5,
  openMs: 60_000,
  probes: 2,
  observer,
  // Usually an answer is an answer, whatever it refuses. This server has only this way to say that it is down.
  evidenceOf: (error) => (isAppError(error, 'flaky.unavailable') ? 'failure' : evidenceOf(error)),
})

const flakyErrors = errors({ 'flaky.unavailable': { kind: 'unavailable', title: 'The flaky server is unavailable' } })

// The outermost first. The breaker counts every attempt; what it refuses is not repeated before it says so.
const policy = wrap(
  timeout({ timeoutMs: 5_000 }),
  retry({ maxRetries: 3, baseDelayMs: 5, observer }),
  breaker,
  timeout({ timeoutMs: 1_000 }),
)

async function call({ signal }: CallContext): Promise<string> {
  const response = await fetch(server.url, { signal })
  const text = await response.text()
  if (response.status === 503) throw catalogueError(flakyErrors, 'flaky.unavailable', text)
  return text
}

async function show(what: string): Promise<void> {
  console.log(what)
  const before = server.asked()
  const answer = await policy.execute(call).catch((error: unknown) => (isAppError(error) ? error.code : String(error)))
  console.log(`  ${answer}; the server was called ${server.asked() - before} times`)
}

await show('a healthy server')

server.failNext(2)
await show('a server that fails twice: the retry hides it')

server.failNext(100)
await show('a server that is down: the retry gives up')
await show('still down: the breaker opens')
await show('still down: no more calls are sent')

server.failNext(0)
// What watches an instance's readiness does this; without, the breaker lets a probe through after a minute.
breaker.onReady()
await show('healthy again: one probe is let through')

await server.close()
