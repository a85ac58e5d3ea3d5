import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openDatabase, type Database } from '@stoa/postgres'
import { afterEach, beforeEach } from 'vitest'
import {
  discardPostgres,
  startPostgres,
  type EmbeddedPostgres,
  type PostgresOptions,
} from '../src/postgres/start-postgres.ts'

export const isRoot = process.getuid?.() === 0

const program = fileURLToPath(new URL('./postgres-in-child.ts', import.meta.url))
const log = { info: () => {}, warn: () => {} }

interface ChildAnswer {
  readonly url: string
  readonly pid: number
  readonly isAdopted: boolean
  readonly refused?: string
}

/** A folder of its own for each test, and what starts servers in it; all of it is gone after the test. */
export interface Ground {
  readonly folder: string
  readonly dataDir: string
  readonly start: (port?: number, dataDir?: string, more?: Partial<PostgresOptions>) => Promise<EmbeddedPostgres>
  readonly open: (server: { url: string }) => Database
  /** Starts a process that starts the server, without waiting for it. */
  readonly spawnChild: (user?: { uid?: number; gid?: number }) => ChildProcess
  readonly startInChild: (user?: { uid?: number; gid?: number }) => Promise<ChildAnswer & { child: ChildProcess }>
  /** Ends the process after the test. */
  readonly endLater: (child: ChildProcess) => void
}

export function useGround(): Ground {
  const children: ChildProcess[] = []
  const databases: Database[] = []
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stoa-postgres-'))
    await chmod(folder, 0o755)
  })
  afterEach(async () => {
    await Promise.all(databases.splice(0).map((database) => database.close()))
    await Promise.all(children.splice(0).map((child) => kill(child, 'SIGKILL')))
    await discardPostgres(ground.dataDir)
    await rm(folder, { recursive: true, force: true })
  })
  const ground: Ground = {
    get folder() {
      return folder
    },
    get dataDir() {
      return join(folder, 'postgres')
    },
    start: (port = 0, dataDir = ground.dataDir, more = {}) => startPostgres({ dataDir, port, log, ...more }),
    open({ url }) {
      const database = openDatabase({ url, applicationName: 'postgres-test', statementTimeoutMs: 5_000 })
      databases.push(database)
      return database
    },
    endLater: (child) => void children.push(child),
    spawnChild(user = {}) {
      const child = spawn(process.execPath, [program, ground.dataDir, '0'], {
        ...user,
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      children.push(child)
      return child
    },
    async startInChild(user) {
      const child = ground.spawnChild(user)
      if (child.stdout === null) throw new Error('the child has no output')
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
      return { child, ...(JSON.parse(line) as ChildAnswer) }
    },
  }
  return ground
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

/** A port that a listener just gave back. */
export async function freePort(): Promise<number> {
  const { port, close } = await takePort()
  await close()
  return port
}

export async function takePort(): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the listener has no port')
  return { port: address.port, close: () => new Promise((resolve) => server.close(() => resolve())) }
}
