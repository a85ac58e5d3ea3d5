import { createRequire } from 'node:module'
import { join } from 'node:path'
import { serveBroker } from './broker-work.ts'

const [url = '', folder = '', producerUrl = '', consumerUrl = ''] = process.argv.slice(2)

/** What this uses of rabbitmq-client, which is installed beside the repository. */
interface Rabbit {
  readonly Connection: new (url: string) => {
    createPublisher(options: object): { send(envelope: object, body: string): Promise<void>; close(): Promise<void> }
    createConsumer(
      options: object,
      handle: (message: { readonly body: string }) => Promise<void>,
    ): { close(): Promise<void>; on(event: 'ready', listener: () => void): void }
    close(): Promise<void>
  }
}

const { Connection } = createRequire(join(folder, 'package.json'))('rabbitmq-client') as Rabbit

const connection = new Connection(url)
const queue = (name: string) => ({ queue: name, durable: true, arguments: { 'x-queue-type': 'quorum' } })
const publisher = connection.createPublisher({ confirm: true, queues: [queue('archive'), queue('orders')] })
let consumer: { close(): Promise<void> } | undefined

await serveBroker(
  {
    publish: (routingKey, body) => publisher.send({ routingKey, durable: true, contentType: 'text/plain' }, body),
    consume(handle) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const options = { queue: 'orders', queueOptions: queue('orders'), qos: { prefetchCount: 64 }, concurrency: 4 }
      const made = connection.createConsumer(options, ({ body }) => handle(body))
      made.on('ready', resolve)
      consumer = made
      return promise
    },
    async close() {
      await consumer?.close()
      await publisher.close()
      await connection.close()
    },
  },
  producerUrl,
  consumerUrl,
)
