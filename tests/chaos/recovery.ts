import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { newCustomer } from './customer.ts'
import type { Gateway } from './gateway.ts'
import type { System } from './system.ts'
import { plentifulOrder, replayAll } from './shoppers.ts'
import type { Wish } from './wish.ts'

/** How long something took, in ms. */
export interface Recovery {
  /** Until every process said that it is ready. */
  readonly readyMs: number
  /** Until an order that was placed after the fault is confirmed, too. */
  readonly wellMs: number
}

/** Finds out when the system is well. */
export interface Prober {
  /** The orders it placed for that. */
  readonly wishes: readonly Wish[]
  /** Waits until every process is ready and an order that was placed after this call is confirmed. */
  readonly untilWell: (giveUpMs: number) => Promise<Recovery>
  /** Sends its orders again; answers where the answer was another. */
  readonly replay: () => Promise<readonly string[]>
}

/** An order that is not settled after this is looked at again: a shopper's patience. */
const attemptMs = 2_500

/** A customer who only wants to know. */
export async function makeProber(system: System, gateway: Gateway): Promise<Prober> {
  const customer = await newCustomer(gateway)
  const wishes: Wish[] = []
  const begin = (): Wish => {
    const body = plentifulOrder(customer.methodFor('tok_visa'))
    const wish: Wish = { key: randomUUID(), customerId: customer.id, kind: 'probe', body }
    wishes.push(wish)
    return wish
  }
  const statusOf = async (wish: Wish): Promise<string> => {
    const asked = { key: wish.key, body: wish.body, waitSeconds: 2, timeoutMs: attemptMs, giveUpMs: attemptMs }
    const { status, body } = await customer.insist('POST', '/api/v1/orders', asked)
    if (status !== 201) throw new Error(`the probe was refused: ${status} ${body?.code}`)
    wish.orderId = body.id
    if (body.status !== 'pending') return body.status as string
    const read = await customer.insist('GET', `/api/v1/orders/${body.id}`, {
      timeoutMs: attemptMs,
      giveUpMs: attemptMs,
    })
    return read.body.status as string
  }
  const placeUntilConfirmed = async (giveUpAt: number) => {
    let wish = begin()
    return until(giveUpAt, async () => {
      const status = await statusOf(wish)
      if (status === 'rejected') wish = begin()
      if (!isSold(status)) throw new Error(`the order is ${status}`)
    })
  }
  return {
    wishes,
    replay: () => replayAll(wishes, customer.replay),
    async untilWell(giveUpMs) {
      const startedAt = performance.now()
      const giveUpAt = startedAt + giveUpMs
      const [readyAt, confirmedAt] = await Promise.all([
        until(giveUpAt, async () => {
          const unready = await unreadyOf(system)
          if (unready.length > 0) throw new Error(`not ready: ${unready.join(', ')}`)
        }),
        placeUntilConfirmed(giveUpAt),
      ])
      return { readyMs: readyAt - startedAt, wellMs: Math.max(readyAt, confirmedAt) - startedAt }
    },
  }
}

/** Tries until it does not throw; answers when that was. @throws what it threw last */
async function until(giveUpAt: number, attempt: () => Promise<void>): Promise<number> {
  for (;;) {
    try {
      await attempt()
      return performance.now()
    } catch (error) {
      if (performance.now() > giveUpAt) throw new Error('the system does not get well', { cause: error })
    }
    await delay(50)
  }
}

async function unreadyOf(system: System): Promise<string[]> {
  return (await system.rows())
    .filter(({ state }) => state !== 'ready')
    .map(({ service, state }) => `${service} (${state})`)
}

function isSold(status: string): boolean {
  return !['pending', 'on_hold', 'rejected', 'cancelled'].includes(status)
}
