import type { createClient } from '@redis/client'

/** A client of Redis that connects once, and neither reconnects nor queues what is sent without a connection. */
export type RedisClient = ReturnType<typeof createClient>

/** Makes a client; the package is loaded only here, so that a gateway without Redis does not load it. */
export async function makeRedisClient(url: string, connectTimeoutMs: number): Promise<RedisClient> {
  // its names are not exports of a bundle, because it is a CommonJS module; the default export is the same in both
  const { default: redis } = await import('@redis/client')
  return redis.createClient({
    url,
    RESP: 2,
    name: 'stoa-gateway',
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: false },
  }) as RedisClient
}

/** Closes a client at once, which rejects what it waits for. */
export function destroyClient(client: RedisClient | undefined): void {
  try {
    client?.destroy()
  } catch {
    // it was closed already
  }
}

/** Rejects after the time, unless the answer has already arrived and was only not read yet because this process was busy. */
export function within<Answer>(timeoutMs: number, answer: Promise<Answer>): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const giveUp = () => reject(new Error(`no response within ${timeoutMs} ms`))
  // timers run before what has arrived is read, immediates after
  const timer = setTimeout(() => setImmediate(giveUp), timeoutMs)
  answer.then(resolve, reject).finally(() => clearTimeout(timer))
  return promise
}
