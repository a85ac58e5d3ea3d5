import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { isAppError } from '@stoa/kernel'
import { openDatabase, type Database } from '@stoa/postgres'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  discardPostgres,
  startPostgres,
  type EmbeddedPostgres,
  type PostgresState,
} from '../src/postgres/start-postgres.ts'

const isRoot = process.getuid?.() === 0
const log = { info: () => {}, warn: () => {} }
const children: ChildProcess[] = []
const databases: Database[] = []
let folder: string
let dataDir: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-postgres-'))
  await chmod(folder, 0o755)
  dataDir = join(folder, 'postgres')
})
afterEach(async () => {
  await Promise.all(databases.splice(0).map((database) => database.close()))
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await discardPostgres(dataDir)
  await rm(folder, { recursive: true, force: true })
})

const start = (port = 0) => startPostgres({ dataDir, port, log })

function open({ url }: { url: string }): Database {
  const database = openDatabase({ url, applicationName: 'postgres-test', statementTimeoutMs: 5_000 })
  databases.push(database)
  return database
}

async function startInChild(options: { uid?: number; gid?: number; port?: number } = {}) {
  const program = fileURLToPath(new URL('./postgres-in-child.ts', import.meta.url))
  const child = spawn(process.execPath, [program, dataDir, String(options.port ?? 0)], {
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid ?? options.uid }),
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { child, ...(JSON.parse(line) as { url: string; pid: number; isAdopted: boolean; refused?: string }) }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

const stateAfter = (postgres: EmbeddedPostgres, wanted: PostgresState) =>
  new Promise<void>((resolve) => postgres.onState((state) => state === wanted && resolve()))

describe('the embedded server', () => {
  test('keeps its data over a stop and a start, in a folder that only its account can read', async () => {
    const first = await start()
    await open(first).transaction((tx) => tx.sql`create table kept as select 42 as value`)
    await first.stop()
    const second = await start()
    expect(await open(second).read.sql`select value from kept`).toEqual([{ value: 42 }])
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
    expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600)
    await second.stop()
  })

  test('is set up for what Stoa relies on', async () => {
    const postgres = await start()
    const [settings] = await open(postgres).read.sql`
      select current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
        current_setting('synchronous_commit') as synchronous_commit, current_setting('max_connections') as max_connections,
        current_setting('listen_addresses') as listen_addresses, current_setting('unix_socket_directories') as sockets,
        (select datlocprovider::text || ' ' || datlocale from pg_database where datname = 'template1') as locale,
        (select rolpassword like 'SCRAM-SHA-256$%' from pg_authid where rolname = 'postgres') as scram`
    expect(settings).toEqual({
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      max_connections: '300',
      listen_addresses: '127.0.0.1',
      sockets: '',
      locale: 'b C.UTF-8',
      scram: true,
    })
    await postgres.stop()
  })

  test('asks for the password', async () => {
    const postgres = await start()
    const url = new URL(postgres.url)
    url.password = 'wrong'
    await expect(open({ url: url.href }).ping()).rejects.toThrow('password authentication failed')
    await postgres.stop()
  })

  test('is gone after its stop', async () => {
    const postgres = await start()
    const { pid } = postgres
    await postgres.stop()
    expect(postgres.pid).toBe(undefined)
    expect(isAlive(pid ?? 0)).toBe(false)
    await expect(open(postgres).ping()).rejects.toMatchObject({ code: 'database.unavailable' })
  })

  test('says which port is taken, before it makes anything', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const error = await start(port).catch((thrown: unknown) => thrown)
    expect(isAppError(error, 'postgres.port_taken')).toBe(true)
    expect(String(error)).toContain(`port ${port}`)
    expect(await readdir(dataDir)).toEqual([])
    other.close()
  })

  test('refuses the data of another version with a mend', async () => {
    const postgres = await start()
    await postgres.stop()
    await writeFile(join(dataDir, 'cluster', 'PG_VERSION'), '14\n')
    await expect(start()).rejects.toThrow('was written by PostgreSQL 14 and this is 18')
  })
})

describe('after kill -9 of the server', () => {
  test('what was acknowledged is there, and clients go on by themselves', async () => {
    const postgres = await start()
    const database = open(postgres)
    await database.transaction((tx) => tx.sql`create table done (id int primary key)`)
    const acknowledged: number[] = []
    let next = 0
    let isOver = false
    const write = async () => {
      while (!isOver) {
        const id = next++
        try {
          await database.transaction((tx) => tx.sql`insert into done values (${id})`)
          acknowledged.push(id)
        } catch (error) {
          if (!isAppError(error) || error.kind !== 'unavailable') throw error
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }
    }
    const writers = Array.from({ length: 4 }, write)
    for (let round = 0; round < 3; round++) {
      const before = acknowledged.length
      await expect.poll(() => acknowledged.length, { timeout: 10_000 }).toBeGreaterThan(before + 20)
      const ready = stateAfter(postgres, 'ready')
      process.kill(postgres.pid ?? 0, 'SIGKILL')
      await ready
    }
    const before = acknowledged.length
    await expect.poll(() => acknowledged.length, { timeout: 10_000 }).toBeGreaterThan(before)
    isOver = true
    await Promise.all(writers)
    const rows = await database.read.sql<{ id: number }>`select id from done`
    const stored = new Set(rows.map(({ id }) => id))
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
    await database.close()
    await postgres.stop()
  })

  test('one backend killed alone brings the server back by itself', async () => {
    const postgres = await start()
    const database = open(postgres)
    const [row] = await database.read.sql<{ pid: number }>`select pg_backend_pid() as pid`
    process.kill(row?.pid ?? 0, 'SIGKILL')
    await expect
      .poll(() =>
        database.ping().then(
          () => 'back',
          () => 'away',
        ),
      )
      .toBe('back')
    await postgres.stop()
  })
})

describe('after kill -9 of the process that started it', () => {
  test('a server that lives on is adopted, and stopped in the end', async () => {
    const { child, pid, url } = await startInChild()
    await open({ url }).transaction((tx) => tx.sql`create table kept as select 1 as value`)
    await kill(child, 'SIGKILL')
    expect(isAlive(pid)).toBe(true)
    const adopted = await start(Number(new URL(url).port))
    expect([adopted.isAdopted, adopted.pid, adopted.url]).toEqual([true, pid, url])
    expect(await open(adopted).read.sql`select value from kept`).toEqual([{ value: 1 }])
    await adopted.stop()
    await expect
      .poll(() =>
        open(adopted)
          .ping()
          .then(
            () => 'there',
            () => 'gone',
          ),
      )
      .toBe('gone')
  })

  test('an adopted server that dies is started again', async () => {
    const { child, pid } = await startInChild()
    await kill(child, 'SIGKILL')
    const adopted = await start()
    const ready = stateAfter(adopted, 'ready')
    process.kill(pid, 'SIGKILL')
    await ready
    expect(adopted.pid).not.toBe(pid)
    await open(adopted).ping()
    await adopted.stop()
  })

  test('a server on another port than is wanted now is moved', async () => {
    const { child, url } = await startInChild()
    await open({ url }).transaction((tx) => tx.sql`create table kept as select 1 as value`)
    await kill(child, 'SIGKILL')
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const address = free.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    await new Promise((resolve) => free.close(resolve))
    const moved = await start(port)
    expect([moved.isAdopted, moved.port]).toEqual([false, port])
    expect(await open(moved).read.sql`select value from kept`).toEqual([{ value: 1 }])
    await moved.stop()
  })

  test('and of the server, it starts anew, also when its pid belongs to another program now', async () => {
    const { child, pid } = await startInChild()
    await kill(child, 'SIGKILL')
    process.kill(pid, 'SIGKILL')
    const pidFile = join(dataDir, 'cluster', 'postmaster.pid')
    const [, ...rest] = (await readFile(pidFile, 'utf8')).split('\n')
    const { uid, gid } = await stat(pidFile)
    const stranger = spawn('sleep', ['60'], isRoot ? { uid, gid } : {})
    children.push(stranger)
    await writeFile(pidFile, [stranger.pid, ...rest].join('\n'))
    const postgres = await start()
    expect(postgres.isAdopted).toBe(false)
    expect(isAlive(stranger.pid ?? 0)).toBe(true)
    await open(postgres).ping()
    await postgres.stop()
  })

  test('in the middle of the first start, the next one begins again', async () => {
    const program = fileURLToPath(new URL('./postgres-in-child.ts', import.meta.url))
    const child = spawn(process.execPath, [program, dataDir, '0'], { stdio: 'ignore' })
    children.push(child)
    const names = async () => (await readdir(dataDir).catch(() => [])).join()
    await expect.poll(names, { interval: 5 }).toContain('cluster.unfinished')
    await kill(child, 'SIGKILL')
    const postgres = await start()
    await open(postgres).ping()
    await postgres.stop()
  })
})

test('Ctrl-C in the terminal reaches the supervisor alone, which stops the server in order', async () => {
  const { child, pid, url } = await startInChild()
  process.kill(-(child.pid ?? 0), 'SIGINT')
  await open({ url }).ping()
  await kill(child, 'SIGTERM')
  expect(isAlive(pid)).toBe(false)
  expect(await readFile(join(dataDir, 'server.log'), 'utf8')).toContain('database system is shut down')
})

describe('as an ordinary user', () => {
  test('it runs as that user', async () => {
    // Started by root, the test becomes one; else it is one already.
    const user = isRoot ? { uid: 65534, gid: 65534 } : {}
    if (isRoot) await chown(folder, 65534, 65534)
    const { child, pid, url, refused } = await startInChild(user)
    expect(refused).toBe(undefined)
    await open({ url }).ping()
    const owner = isRoot ? 65534 : process.getuid?.()
    expect((await stat(join(dataDir, 'cluster', 'PG_VERSION'))).uid).toBe(owner)
    await kill(child, 'SIGTERM')
    expect(isAlive(pid)).toBe(false)
  })
})

describe.runIf(isRoot)('as root', () => {
  test('it runs as an account without privileges', async () => {
    const postgres = await start()
    const status = await readFile(`/proc/${postgres.pid}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\t[1-9]/m)
    expect(status).toMatch(/^Groups:\t *$/m)
    await postgres.stop()
  })

  test('a folder that the account cannot reach holds only the name of where the data are', async () => {
    await chmod(folder, 0o700)
    await mkdir(dataDir)
    const first = await start()
    const elsewhere = (await readFile(join(dataDir, 'location'), 'utf8')).trim()
    expect(elsewhere).toMatch(/^\/var\/lib\/stoa\/[0-9a-f]{16}$/)
    expect(await readdir(dataDir)).toEqual(['location'])
    await open(first).transaction((tx) => tx.sql`create table kept as select 1 as value`)
    await first.stop()
    const second = await start()
    expect(await open(second).read.sql`select value from kept`).toEqual([{ value: 1 }])
    await second.stop()
    await discardPostgres(dataDir)
    await expect(stat(elsewhere)).rejects.toThrow('ENOENT')
  })

  test('data that root made are refused to an ordinary user, with a mend', async () => {
    const postgres = await start()
    await postgres.stop()
    const { refused } = await startInChild({ uid: 65534, gid: 65534 })
    expect(refused).toContain('start as the one that made it')
  })
})
