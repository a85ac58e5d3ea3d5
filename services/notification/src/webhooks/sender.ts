import { setTimeout as delay } from 'node:timers/promises'
import { runWithoutContext } from '@stoa/telemetry'
import { endTurn, takeTurns, type Turn } from '../store/webhook-turns.ts'
import { sendNext } from './send-next.ts'
import type { EventSource, WebhookDeps } from './webhook-deps.ts'

/** Endpoints to which a replica sends at once; each has one event on its way. */
const mostTurns = 16
/** After this time other endpoints that wait have their turns. */
const turnMs = 5_000
/** How soon a replica sends what another one has stored. */
const pollMs = 1_000
/** How long attempts may take to end when the replica stops. */
const graceMs = 1_000

/** Sends the deliveries that wait, in order per endpoint, one at a time. */
export interface Sender {
  /** Looks for deliveries now. */
  readonly wake: () => void
  /** Why nothing is sent now. */
  readonly trouble: () => string | undefined
  readonly stop: () => Promise<void>
}

interface Control {
  isStopping: boolean
  /** Ends the attempts that are under way. */
  readonly interrupt: AbortController
}

/** Starts to send. An attempt that `stop` interrupts counts as none: another replica repeats it with the same webhook-id. */
export function startSender(deps: WebhookDeps, log: EventSource): Sender {
  const { telemetry } = deps
  const turns = new Set<Promise<void>>()
  const control: Control = { isStopping: false, interrupt: new AbortController() }
  let trouble: string | undefined
  let wakeUp = Promise.withResolvers<void>()
  const wake = () => wakeUp.resolve()
  const begin = (turn: Turn) => {
    const running = runTurn(deps, log, turn, control)
      .then((mayBeMore) => {
        if (mayBeMore) wake()
      })
      .catch((error: unknown) => {
        // the next turn is taken when the lease has ended
        telemetry.logger.warn('webhooks of an endpoint could not be sent', { endpointId: turn.endpointId, error })
      })
      .finally(() => turns.delete(running))
    turns.add(running)
  }
  const work = async () => {
    while (!control.isStopping) {
      wakeUp = Promise.withResolvers<void>()
      try {
        for (const turn of await take(deps, mostTurns - turns.size)) begin(turn)
        trouble = undefined
      } catch (error) {
        if (trouble === undefined)
          telemetry.logger.warn('webhooks are not sent: the database is unavailable', { error })
        trouble = 'the database is unavailable'
      }
      await Promise.race([wakeUp.promise, delay(pollMs, undefined, { ref: false })])
    }
  }
  const loop = runWithoutContext(work)
  return {
    wake,
    trouble: () => trouble,
    async stop() {
      control.isStopping = true
      wake()
      await loop
      await Promise.race([Promise.all(turns), delay(graceMs, undefined, { ref: false })])
      control.interrupt.abort()
      await Promise.all(turns)
    },
  }
}

async function take({ database, clock, newId }: WebhookDeps, limit: number): Promise<readonly Turn[]> {
  if (limit === 0) return []
  return database.transaction((tx) => takeTurns(tx, newId(), { limit, now: clock.now() }))
}

/** Sends to an endpoint until nothing waits, an attempt fails, or it is the turn of others. Returns whether something may wait now. */
async function runTurn(deps: WebhookDeps, log: EventSource, turn: Turn, control: Control): Promise<boolean> {
  const endMs = performance.now() + turnMs
  let result: Awaited<ReturnType<typeof sendNext>> = 'sent'
  try {
    while (result === 'sent' && !control.isStopping && performance.now() < endMs) {
      result = await sendNext(deps, log, turn, control.interrupt.signal)
    }
  } finally {
    await deps.database.transaction((tx) => endTurn(tx, turn))
  }
  return result !== 'failed'
}
