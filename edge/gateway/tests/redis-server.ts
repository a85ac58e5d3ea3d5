import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createClient } from '@redis/client'
import { freePort } from '@stoa/testing'

/** Whether these tests can run; they need a redis-server in the path. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0
if (!hasRedis)
  console.warn('skipped: the tests of shared rate limits need redis-server (Debian: the package redis-server)')

/** A Redis without persistence, on a port of its own. */
export interface RedisServer {
  readonly url: string
  /** On the same port, empty. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  /** Sends a command, as an operator would. */
  readonly send: (...command: string[]) => Promise<unknown>
  /** Stops it where it is: its connections stay open, and it does not respond. */
  readonly hang: () => void
  readonly goOn: () => void
}

/** Starts one that requires this password. */
export async function redisServer(password = 'of-redis'): Promise<RedisServer> {
  const port = await freePort()
  let server: ChildProcess
  const start = async () => {
    const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', requirepass: password, loglevel: 'notice' }
    server = spawn(
      'redis-server',
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/' },
    )
    await readyOf(server)
  }
  await start()
  const url = `redis://:${password}@127.0.0.1:${port}`
  return {
    url,
    start,
    async send(...command) {
      const client = await createClient({ url, RESP: 2 }).connect()
      try {
        return await client.sendCommand(command)
      } finally {
        client.destroy()
      }
    },
    async stop() {
      const ended = server.exitCode !== null || server.signalCode !== null ? undefined : once(server, 'exit')
      server.kill('SIGKILL')
      await ended
    },
    hang: () => void server.kill('SIGSTOP'),
    goOn: () => void server.kill('SIGCONT'),
  }
}

async function readyOf(server: ChildProcess): Promise<void> {
  let said = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.stdout?.on('data', (data) => {
    said += String(data)
    if (said.includes('Ready to accept connections')) resolve()
  })
  server.once('exit', () => reject(new Error(`redis-server ended: ${said}`)))
  await promise
}
