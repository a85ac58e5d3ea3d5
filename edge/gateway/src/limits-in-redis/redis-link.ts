import { Unwell, type Dependency, type HealthFacts } from '@stoa/kernel/part'
import type { Logger } from '@stoa/telemetry'
import { destroyClient, makeRedisClient, within, type RedisClient } from './redis-client.ts'

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
  ask<Answer>(command: (client: RedisClient) => Promise<Answer>): Promise<Answer | undefined> | undefined
  isUp(): boolean
  readonly dependency: Dependency
  close(): void
}

const probeEveryMs = 1_000
// connecting may take longer than a command: names are resolved and TLS is negotiated, and no request waits for it
const probeTimeoutMs = 2_000
// beyond this, a request is not worth a place in the queue of the connection
const mostWaiting = 10_000

/** Opens the link; it connects in the background. */
export function openRedisLink(options: RedisLinkOptions): RedisLink {
  const link = new Link(options)
  void link.probe()
  return link
}

class Link implements RedisLink {
  readonly dependency: Dependency = { check: () => this.check() }
  private readonly options: RedisLinkOptions
  private current: RedisClient | undefined
  private connecting: RedisClient | undefined
  private waiting = 0
  private isClosed = false
  // undefined before the first outcome, so that a first failure is logged too
  private trouble: string | undefined
  private sinceMs = performance.now()
  private timer: NodeJS.Timeout | undefined

  constructor(options: RedisLinkOptions) {
    this.options = options
  }

  ask<Answer>(command: (client: RedisClient) => Promise<Answer>): Promise<Answer | undefined> | undefined {
    const client = this.current
    if (client === undefined || this.waiting >= mostWaiting) return undefined
    this.waiting += 1
    return within(this.options.timeoutMs, command(client)).then(
      (answer) => {
        this.waiting -= 1
        return answer
      },
      (error: unknown) => {
        this.waiting -= 1
        this.lose(client, error)
        return undefined
      },
    )
  }

  isUp(): boolean {
    return this.current !== undefined
  }

  close(): void {
    this.isClosed = true
    clearTimeout(this.timer)
    destroyClient(this.connecting)
    destroyClient(this.current)
    this.current = undefined
  }

  /** Connects once; after a failure, again later. */
  async probe(): Promise<void> {
    const { url, timeoutMs, prove, logger } = this.options
    try {
      const client = await makeRedisClient(url, probeTimeoutMs)
      this.connecting = client
      client.on('error', (error) => this.lose(client, error))
      client.on('end', () => this.lose(client, new Error('the connection was closed')))
      if (!this.isClosed) await within(probeTimeoutMs, client.connect())
      await within(timeoutMs, prove(client))
      if (this.isClosed || !client.isReady) throw new Error('the connection was closed')
      this.current = client
      this.connecting = undefined
      this.sinceMs = performance.now()
      this.trouble = undefined
      logger.info('rate limits are shared in Redis')
    } catch (error) {
      destroyClient(this.connecting)
      this.connecting = undefined
      this.goOnWithout(error)
    }
  }

  private lose(client: RedisClient, error: unknown): void {
    if (client !== this.current) return
    this.current = undefined
    this.sinceMs = performance.now()
    destroyClient(client)
    this.goOnWithout(error)
  }

  private goOnWithout(error: unknown): void {
    if (this.isClosed) return
    const reason = error instanceof Error && error.message !== '' ? error.message : String(error)
    if (this.trouble === undefined)
      this.options.logger.warn('Redis is lost: rate limits count in this gateway alone', { reason })
    this.trouble = reason
    this.timer = setTimeout(() => void this.probe(), probeEveryMs * (0.75 + Math.random() / 2))
    this.timer.unref()
  }

  private async check(): Promise<HealthFacts> {
    const answer = await this.ask((client) => client.ping())
    const seconds = Math.round((performance.now() - this.sinceMs) / 1_000)
    if (answer === undefined) throw new Unwell(this.trouble ?? 'not connected yet', { lostForSeconds: seconds })
    return { connectedForSeconds: seconds, waiting: this.waiting }
  }
}
