import type { createClient } from '@redis/client'
import { Unwell, type Dependency } from '@stoa/kernel/part'
import type { Logger } from '@stoa/telemetry'

/** A connected client of Redis. */
export type RedisClient = ReturnType<typeof createClient>

interface RedisLinkOptions {
  /** With `rediss://` for TLS; may contain a user, a password and the number of a database. */
  readonly url: string
  /** The longest that a request waits for Redis. */
  readonly timeoutMs: number
  /** Does what every use needs, and rejects if Redis would refuse it: a replica, a Redis without memory, a missing permission. */
  readonly prove: (client: RedisClient) => Promise<unknown>
  readonly logger: Logger
}

/** A connection to Redis that is never waited for: while Redis is lost, it says so at once and connects again in the background. */
export interface RedisLink {
  /**
   * Sends a command. Undefined at once while Redis is lost; resolves to undefined if Redis refuses or does not respond within the
   * time, and Redis then counts as lost. Never rejects.
   */
  readonly ask: <Answer>(command: (client: RedisClient) => Promise<Answer>) => Promise<Answer | undefined> | undefined
  readonly isUp: () => boolean
  readonly dependency: Dependency
  readonly close: () => void
}

const probeEveryMs = 1_000
// connecting may take longer than a command: names are resolved and TLS is negotiated, and no request waits for it
const probeTimeoutMs = 2_000
// beyond this, a request is not worth a place in the queue of the connection
const mostWaiting = 10_000

/** Opens the link; it connects in the background. */
export function openRedisLink({ url, timeoutMs, prove, logger }: RedisLinkOptions): RedisLink {
  let current: RedisClient | undefined
  let connecting: RedisClient | undefined
  let waiting = 0
  let isClosed = false
  // undefined before the first outcome, so that the first failure is logged too
  let trouble: string | undefined
  let sinceMs = performance.now()
  let timer: NodeJS.Timeout | undefined

  function lose(client: RedisClient, error: unknown): void {
    if (client !== current) return
    current = undefined
    sinceMs = performance.now()
    destroy(client)
    noteTrouble(error)
    probeLater()
  }

  function noteTrouble(error: unknown): void {
    const reason = reasonOf(error)
    if (trouble === undefined && !isClosed)
      logger.warn('Redis is lost: rate limits count in this gateway alone', { reason })
    trouble = reason
  }

  function probeLater(): void {
    if (isClosed) return
    timer = setTimeout(() => void probe(), probeEveryMs * (0.75 + Math.random() / 2))
    timer.unref()
  }

  /** Connects once. The client itself never reconnects and never queues: what is sent, is sent on a connection that worked. */
  async function probe(): Promise<void> {
    try {
      const client = await makeClient(url)
      connecting = client
      client.on('error', (error) => lose(client, error))
      client.on('end', () => lose(client, new Error('the connection was closed')))
      if (!isClosed) await within(probeTimeoutMs, client.connect())
      await within(timeoutMs, prove(client))
      if (isClosed || !client.isReady) throw new Error('the connection was closed')
      current = client
      connecting = undefined
      sinceMs = performance.now()
      trouble = undefined
      logger.info('rate limits are shared in Redis')
    } catch (error) {
      destroy(connecting)
      connecting = undefined
      noteTrouble(error)
      probeLater()
    }
  }

  function ask<Answer>(command: (client: RedisClient) => Promise<Answer>): Promise<Answer | undefined> | undefined {
    const client = current
    if (client === undefined || waiting >= mostWaiting) return undefined
    waiting += 1
    return within(timeoutMs, command(client)).then(
      (answer) => {
        waiting -= 1
        return answer
      },
      (error: unknown) => {
        waiting -= 1
        lose(client, error)
        return undefined
      },
    )
  }

  void probe()
  return {
    ask,
    isUp: () => current !== undefined,
    dependency: {
      async check() {
        const answer = await ask((client) => client.ping())
        const seconds = Math.round((performance.now() - sinceMs) / 1_000)
        if (answer === undefined) throw new Unwell(trouble ?? 'not connected yet', { lostForSeconds: seconds })
        return { connectedForSeconds: seconds, waiting }
      },
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      destroy(connecting)
      destroy(current)
      current = undefined
    },
  }
}

// loaded only here, so that a gateway without Redis does not load the client
async function makeClient(url: string): Promise<RedisClient> {
  const { createClient } = await import('@redis/client')
  return createClient({
    url,
    RESP: 2,
    name: 'stoa-gateway',
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: { connectTimeout: probeTimeoutMs, reconnectStrategy: false },
  }) as RedisClient
}

/** Rejects after the time, unless the answer has already arrived and was only not read yet because this process was busy. */
function within<Answer>(timeoutMs: number, answer: Promise<Answer>): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const giveUp = () => reject(new Error(`no response within ${timeoutMs} ms`))
  // timers run before what has arrived is read, immediates after
  const timer = setTimeout(() => setImmediate(giveUp), timeoutMs)
  answer.then(resolve, reject).finally(() => clearTimeout(timer))
  return promise
}

function destroy(client: RedisClient | undefined): void {
  try {
    client?.destroy()
  } catch {
    // it was closed already
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error)
}
