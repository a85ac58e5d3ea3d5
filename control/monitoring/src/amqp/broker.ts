import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib'
import type { AmqpMessage } from './messages.ts'

/** How to reach an exchange of RabbitMQ. */
export interface BrokerOptions {
  /** `amqp://user:password@host:5672/vhost`, or `amqps:`. */
  readonly url: string
  readonly exchange: string
  /** Shown in the list of connections of the broker. */
  readonly connectionName: string
  /** The longest pause between two attempts to connect. */
  readonly longestPauseMs?: number
  /** How long each step of connecting may take. */
  readonly connectTimeoutMs?: number
  /** How long a message may stay without a confirmation, unless the broker has said that it takes none. */
  readonly confirmTimeoutMs?: number
  /** Called for a message that was confirmed, but that no queue wanted. */
  readonly onUnroutable: (type: string) => void
  /** Called once for each time at which the broker becomes unavailable. */
  readonly onTrouble: (reason: string) => void
}

/** A topic exchange of a broker, connected as long as it is open. */
export interface Broker {
  readonly start: () => void
  /**
   * Resolves with true when the broker has the message on all queues it belongs to, with false if it refuses it, as for a queue that is
   * full; rejects if that is not known.
   */
  readonly publish: (message: AmqpMessage) => Promise<boolean>
  /** Why it takes no messages now. */
  readonly trouble: () => string | undefined
  readonly close: () => Promise<void>
}

interface Link {
  readonly connection: ChannelModel
  readonly channel: ConfirmChannel
  readonly lost: Promise<void>
}

const heartbeatSeconds = 10
const shortestPauseMs = 250
const leavingMs = 500
/** What amqplib says of a message that the broker has refused. */
const nacked = 'message nacked'

/**
 * Keeps one connection to a broker, with one channel that has publisher confirms, and declares the exchange on it: durable, of the type
 * topic. A lost connection is opened again after pauses that grow up to the longest one.
 */
export function makeBroker(options: BrokerOptions): Broker {
  const { longestPauseMs = 5_000, confirmTimeoutMs = 30_000 } = options
  const closing = new AbortController()
  let trouble: string | undefined = 'not connected yet'
  let blocked: string | undefined
  let link: Link | undefined
  let running: Promise<void> | undefined

  const fail = (reason: string) => {
    if (closing.signal.aborted) return
    if (trouble === undefined || trouble === 'not connected yet') options.onTrouble(reason)
    trouble = reason
  }

  async function keepConnected(): Promise<void> {
    let failures = 0
    while (!closing.signal.aborted) {
      try {
        link = await openLink(options, closing.signal, (reason) => (blocked = reason))
        trouble = undefined
        failures = 0
        await link.lost
        fail('the connection to RabbitMQ was lost')
      } catch (error) {
        fail(`RabbitMQ cannot be used: ${textOf(error)}`)
      }
      link = undefined
      blocked = undefined
      const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** failures++)
      await delay(pauseMs, undefined, { signal: closing.signal, ref: false }).catch(() => {})
    }
  }

  return {
    start: () => void (running ??= keepConnected()),
    async publish(message) {
      if (link === undefined) throw new Error(trouble ?? 'the connection to RabbitMQ is closed')
      const { channel, connection } = link
      const isOverdue = () => blocked === undefined
      const patience = { confirmTimeoutMs, isOverdue, giveUp: () => abandon(connection) }
      return confirmed(options.exchange, channel, message, patience)
    },
    trouble: () => trouble ?? (blocked === undefined ? undefined : `RabbitMQ takes no messages: ${blocked}`),
    async close() {
      closing.abort()
      if (link !== undefined) await leave(link)
      await running
    },
  }
}

async function openLink(
  { url, exchange, connectionName, connectTimeoutMs = 10_000, onUnroutable }: BrokerOptions,
  signal: AbortSignal,
  onBlocked: (reason: string | undefined) => void,
): Promise<Link> {
  const clientProperties = { connection_name: connectionName }
  const connecting = connect(withHeartbeat(url), { timeout: connectTimeoutMs, keepAlive: true, clientProperties })
  const inTime = <T>(promise: Promise<T>) => withinTime(promise, connectTimeoutMs, signal)
  const connection = await inTime(connecting).catch((error: unknown) => {
    connecting.then(closeLate, () => {})
    throw error
  })
  const lost = Promise.withResolvers<void>()
  // 'close' follows each error of the connection.
  connection.on('error', () => {})
  connection.on('close', () => lost.resolve())
  connection.on('blocked', onBlocked)
  connection.on('unblocked', () => onBlocked(undefined))
  try {
    const channel = await inTime(connection.createConfirmChannel())
    let reason: unknown
    channel.on('error', (error) => (reason = error))
    channel.on('close', () => {
      if (reason === undefined) lost.resolve()
      else lost.reject(reason)
      abandon(connection)
    })
    channel.on('return', ({ properties }) => onUnroutable(String(properties.type)))
    await inTime(channel.assertExchange(exchange, 'topic', { durable: true }))
    return { connection, channel, lost: lost.promise }
  } catch (error) {
    lost.promise.catch(() => {})
    abandon(connection)
    throw error
  }
}

/** Ends a connection that was given up before it was open. */
function closeLate(connection: ChannelModel): void {
  // one that is not listened to ends the process
  connection.on('error', () => {})
  abandon(connection)
}

/** A broker that stops responding in the middle of a connection is given up as one that does not accept it. */
async function withinTime<T>(promise: Promise<T>, timeoutMs: number, signal: AbortSignal): Promise<T> {
  const ended = new AbortController()
  const late = delay(timeoutMs, undefined, { signal: AbortSignal.any([signal, ended.signal]), ref: false })
  try {
    return await Promise.race([
      promise,
      late.then(() => {
        throw new Error(`no response within ${timeoutMs / 1_000} s`)
      }),
    ])
  } finally {
    ended.abort()
  }
}

interface Patience {
  readonly confirmTimeoutMs: number
  /** Whether a message that has waited for so long is a sign that the broker hangs. */
  readonly isOverdue: () => boolean
  readonly giveUp: () => void
}

function confirmed(
  exchange: string,
  channel: ConfirmChannel,
  { routingKey, content, properties }: AmqpMessage,
  { confirmTimeoutMs, isOverdue, giveUp }: Patience,
): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const timer = setInterval(() => {
    if (isOverdue()) giveUp()
  }, confirmTimeoutMs)
  const onConfirm = (error: unknown) => {
    clearInterval(timer)
    if (error === null || error === undefined) resolve(true)
    else if (error instanceof Error && error.message === nacked) resolve(false)
    else reject(error)
  }
  try {
    channel.publish(exchange, routingKey, content, { ...properties, persistent: true, mandatory: true }, onConfirm)
  } catch (error) {
    onConfirm(error)
  }
  return promise
}

/** Ends a connection; a broker that hangs is not waited for. */
async function leave({ connection, channel }: Link): Promise<void> {
  const closed = channel.close().catch(() => {})
  await Promise.race([closed, delay(leavingMs, undefined, { ref: false })])
  abandon(connection)
}

/** Has the messages without a confirmation rejected. The method that closes a connection would wait for the broker. */
function abandon(connection: ChannelModel): void {
  const { stream } = connection.connection as unknown as { readonly stream: Duplex }
  stream.destroy(new Error('the connection was given up'))
}

/** A broker that has gone without closing the connection is noticed within two of these. */
function withHeartbeat(text: string): string {
  const url = new URL(text)
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(heartbeatSeconds))
  return url.href
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { readonly code?: unknown }
  return error.message === '' ? (typeof code === 'string' ? code : error.name) : error.message
}
