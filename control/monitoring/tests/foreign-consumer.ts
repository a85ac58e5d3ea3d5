import { connect } from 'amqplib'

// A program of others: it takes the orders of a shop from RabbitMQ, and knows nothing of Stoa but the names of events.
const [url = 'amqp://127.0.0.1'] = process.argv.slice(2)
const queue = 'orders-for-accounting'
const done = new Set<string>()

const connection = await connect(url)
const channel = await connection.createChannel()
await channel.assertExchange('stoa.events', 'topic', { durable: true })
await channel.assertQueue(queue, { durable: true })
await channel.bindQueue(queue, 'stoa.events', 'order.*')
await channel.prefetch(20)
await channel.consume(queue, (message) => {
  if (message === null) return
  const event = JSON.parse(message.content.toString())
  // An event can arrive twice.
  if (!done.has(event.id)) store(event)
  done.add(event.id)
  channel.ack(message)
})
process.stdout.write('waiting for orders\n')

function store({ type, subject, data }: { type: string; subject: string; data: unknown }): void {
  process.stdout.write(`${type} ${subject} ${JSON.stringify(data)}\n`)
}
