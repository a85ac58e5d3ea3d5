import { afterCommit, openDatabase } from '@stoa/postgres'
import { serve } from './serve.ts'

/** A broker's client, as far as the bench needs it. */
export interface BrokerClient {
  /** Resolves when the broker has confirmed that the message is durable. */
  readonly publish: (queue: 'archive' | 'orders', body: string) => Promise<unknown>
  /** Hands over messages of `orders`, several at once, and acknowledges each after its handler. */
  readonly consume: (handle: (body: string) => Promise<void>) => Promise<unknown>
  readonly close: () => Promise<unknown>
}

interface Message {
  readonly id: string
}

/** Of each database of a contender; a service has 3 unless it is told otherwise. */
export const writeConnections = 16

const filling = 'x'.repeat(300)

/**
 * The same work over a broker: a change is committed, its event is published and confirmed, and its effect is written with an
 * inbox row, in databases of the same PostgreSQL. There is no outbox: a crash between commit and publication loses the event.
 */
export async function serveBroker(client: BrokerClient, producerUrl: string, consumerUrl: string): Promise<void> {
  const open = (url: string) =>
    openDatabase({ url, applicationName: 'bench', statementTimeoutMs: 10_000, writeConnections })
  const [producer, consumer] = [open(producerUrl), open(consumerUrl)]
  const waiting = new Map<string, () => void>()
  const bodyOf = (id: string) =>
    JSON.stringify({
      specversion: '1.0',
      id,
      source: '/services/shop',
      type: 'order.placed',
      subject: id,
      data: { filling },
    })
  await client.consume(async (body) => {
    const { id } = JSON.parse(body) as Message
    await consumer.transaction(async (tx) => {
      const entered = await tx.sql`insert into inbox (event_id) values (${id}) on conflict do nothing returning 1`
      if (entered.length === 0) return
      await tx.sql`insert into effects (order_id) values (${id})`
      afterCommit(tx, () => waiting.get(id)?.())
    })
  })
  const changeToEffect = async () => {
    const id = crypto.randomUUID()
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.set(id, resolve)
    await producer.transaction(({ sql }) => sql`insert into orders (id) values (${id})`)
    await client.publish('orders', bodyOf(id))
    await promise
    waiting.delete(id)
  }
  serve(
    (kind) => (kind === 'effect' ? changeToEffect() : client.publish('archive', bodyOf(crypto.randomUUID()))),
    async () => {
      await client.close()
      await Promise.all([producer.close(), consumer.close()])
    },
  )
}
