import { fork, type ChildProcess } from 'node:child_process'
import { openSync, closeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessRow } from '@stoa/supervisor/control'

/** What is asked of the system that the process is to be part of. */
interface Supervised {
  readonly home: string
  readonly rows: () => Promise<readonly ProcessRow[]>
}

/** One more process of a service, beside the one that the supervisor keeps. */
export interface Replica {
  /** SIGTERM and a drain, or SIGKILL. */
  readonly end: (how: 'SIGTERM' | 'SIGKILL') => Promise<void>
}

interface Wanted {
  readonly service: string
  /** What its log and its clock are called. */
  readonly name: string
  /** Its program; that of the process that runs when not given. */
  readonly entry?: string
}

const pollMs = 50
const giveUpMs = 60_000

/**
 * Starts a process beside the one of the service, with the same settings, and waits until it is ready. It is reached at
 * its own address, not over a link, and ends with this process.
 */
export async function startReplica(system: Supervised, { service, name, entry }: Wanted): Promise<Replica> {
  const pid = await untilKnown(async () => {
    const rows = await system.rows().catch(() => [])
    return rows.find((row) => row.service === service)?.pid ?? undefined
  }, `a process of ${service}`)
  const [settings, words] = await Promise.all([environmentOf(pid), wordsOf(`/proc/${pid}/cmdline`)])
  const program = entry ?? words.at(-1)
  if (program === undefined) throw new Error(`${service} has ended before it was looked at`)
  const port = await freePort()
  const clock = settings['NODE_OPTIONS']?.replace(/(--import=\S*move-clock\.ts\?\S*)/, `$1&name=${name}`)
  const log = openSync(join(system.home, 'logs', `${name}.log`), 'a')
  const child = fork(program, {
    env: { ...settings, PORT: String(port), ADVERTISED_HOST: '127.0.0.1', ...(clock ? { NODE_OPTIONS: clock } : {}) },
    execArgv: [],
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await untilKnown(() => isReady(child, port), `${name} to be ready`)
  return {
    async end(how) {
      child.kill(how)
      const force = setTimeout(() => child.kill('SIGKILL'), giveUpMs)
      await ended
      clearTimeout(force)
    },
  }
}

async function isReady({ exitCode, signalCode }: ChildProcess, port: number): Promise<true | undefined> {
  if (exitCode !== null || signalCode !== null) throw new Error(`it has ended (${signalCode ?? exitCode}): see its log`)
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined)
  return answer?.ok === true ? true : undefined
}

async function environmentOf(pid: number): Promise<Record<string, string>> {
  const words = await wordsOf(`/proc/${pid}/environ`)
  return Object.fromEntries(words.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]))
}

/** What stands in a file of the kernel, each end marked by a zero. */
async function wordsOf(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\0').filter((word) => word !== '')
}

/** Waits for something to be there. @throws when it does not come */
export async function untilKnown<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  const giveUpAt = performance.now() + giveUpMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > giveUpAt) throw new Error(`waited in vain for ${what}`)
    await delay(pollMs)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
