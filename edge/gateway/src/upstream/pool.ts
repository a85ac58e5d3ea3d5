import { openConnection, type Connection } from './connection.ts'

/** The connections to one instance. */
export interface Pool {
  /** The connection used last, which is the least likely to have been closed, or a new one. */
  readonly take: () => Connection
  readonly close: () => void
}

interface PoolOptions {
  readonly host: string
  readonly port: number
  readonly connectTimeoutMs: number
  /** Idle connections kept; milliseconds they are kept, less than the upstream keeps them. */
  readonly maxIdle?: number
  readonly idleMs?: number
}

/** Makes a pool of persistent connections (LIFO) with one request each. */
export function makePool({ host, port, connectTimeoutMs, maxIdle = 64, idleMs = 30_000 }: PoolOptions): Pool {
  const idle: { readonly connection: Connection; readonly sinceMs: number }[] = []
  let isClosed = false

  function onIdle(connection: Connection): void {
    if (isClosed || idle.length >= maxIdle) return connection.destroy()
    idle.push({ connection, sinceMs: performance.now() })
  }

  function onClosed(connection: Connection): void {
    const index = idle.findIndex((kept) => kept.connection === connection)
    if (index >= 0) idle.splice(index, 1)
  }

  const sweep = setInterval(() => {
    const oldest = performance.now() - idleMs
    while (idle[0] !== undefined && idle[0].sinceMs < oldest) idle.shift()?.connection.destroy()
  }, idleMs / 3).unref()

  return {
    take: () => idle.pop()?.connection ?? openConnection({ host, port, connectTimeoutMs, onIdle, onClosed }),
    close() {
      isClosed = true
      clearInterval(sweep)
      for (const { connection } of idle.splice(0)) connection.destroy()
    },
  }
}
