import { createRequire } from 'node:module'
import { join } from 'node:path'
import { serveBroker } from './broker-work.ts'

const [url = '', folder = '', producerUrl = '', consumerUrl = ''] = process.argv.slice(2)

interface Stream {
  readonly name: string
  readonly subjects: readonly string[]
}

interface Messages extends AsyncIterable<{ string(): string; ack(): void }> {
  close(): Promise<unknown>
}

/** What this uses of the client of NATS, which is installed beside the repository. */
interface Nats {
  connect(options: object): Promise<{ drain(): Promise<void> }>
  jetstream(connection: object): {
    publish(subject: string, body: string): Promise<unknown>
    readonly consumers: { get(stream: string, name: string): Promise<{ consume(options: object): Promise<Messages> }> }
  }
  jetstreamManager(connection: object): Promise<{
    readonly streams: { add(stream: Stream & { readonly storage: 'file' }): Promise<unknown> }
    readonly consumers: { add(stream: string, options: object): Promise<unknown> }
  }>
}

const required = createRequire(join(folder, 'package.json'))
const nats = {
  ...(required('@nats-io/transport-node') as object),
  ...(required('@nats-io/jetstream') as object),
} as Nats

const connection = await nats.connect({ servers: url })
const admin = await nats.jetstreamManager(connection)
for (const name of ['archive', 'orders']) await admin.streams.add({ name, subjects: [name], storage: 'file' })
await admin.consumers.add('orders', { durable_name: 'warehouse', ack_policy: 'explicit' })
const stream = nats.jetstream(connection)
const atOnce = 4

await serveBroker(
  {
    publish: (subject, body) => stream.publish(subject, body),
    async consume(handle) {
      const consumer = await stream.consumers.get('orders', 'warehouse')
      const messages = await consumer.consume({ max_messages: 64 })
      void handOut(messages, handle)
    },
    close: () => connection.drain(),
  },
  producerUrl,
  consumerUrl,
)

/** Handles several messages at once, as the other contenders do. */
async function handOut(messages: Messages, handle: (body: string) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>()
  for await (const message of messages) {
    const run = handle(message.string()).then(() => {
      message.ack()
      running.delete(run)
    })
    running.add(run)
    if (running.size >= atOnce) await Promise.race(running)
  }
}
