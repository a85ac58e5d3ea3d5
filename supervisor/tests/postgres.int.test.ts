import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAppError } from '@stoa/kernel'
import { describe, expect, test } from 'vitest'
import { discardPostgres } from '../src/postgres/start-postgres.ts'
import { isAlive, isRoot, kill, takePort, useGround } from './postgres-ground.ts'

const ground = useGround()

describe('the embedded server', () => {
  test('keeps its data over a stop and a start, in a folder that only its account can read', async () => {
    const first = await ground.start()
    await ground.open(first).transaction((tx) => tx.sql`create table kept as select 42 as value`)
    await first.stop()
    const second = await ground.start()
    expect(await ground.open(second).read.sql`select value from kept`).toEqual([{ value: 42 }])
    expect((await stat(ground.dataDir)).mode & 0o777).toBe(0o700)
    expect((await stat(join(ground.dataDir, 'password'))).mode & 0o777).toBe(0o600)
    await second.stop()
  })

  test('is set up for what Stoa relies on', async () => {
    const postgres = await ground.start()
    const [settings] = await ground.open(postgres).read.sql`
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
      sockets: new URL(postgres.url).searchParams.get('host'),
      locale: 'b C.UTF-8',
      scram: true,
    })
    await postgres.stop()
  })

  test('keeps its log within the limit while it runs, also when it was taken over', async () => {
    const logLimit = { maxBytes: 20_000, everyMs: 50 }
    const path = join(ground.dataDir, 'server.log')
    const fill = async (postgres: { readonly url: string }, word: string) => {
      const { read } = ground.open(postgres)
      for (let n = 0; n < 40; n++) {
        const statement = read.sql`select ${`${word} ${'x'.repeat(1_000)}`}::text::int`
        await expect(statement).rejects.toThrow('integer')
      }
    }
    const { child, ...running } = await ground.startInChild()
    await kill(child, 'SIGKILL')
    const postgres = await ground.start(0, undefined, { logLimit })
    expect(postgres.isAdopted).toBe(true)
    await fill(running, 'lorem')
    await fill(postgres, 'ipsum')
    await expect.poll(async () => (await stat(path)).size).toBeLessThan(20_000)
    expect((await stat(`${path}.1`)).mode & 0o777).toBe(0o600)
    await postgres.stop()
    expect(await readFile(path, 'utf8')).toContain('database system is shut down')
  })

  test('asks for the password, over its socket and over TCP', async () => {
    const postgres = await ground.start()
    for (const isSocket of [true, false]) {
      const url = new URL(postgres.url)
      if (!isSocket) url.searchParams.delete('host')
      await ground.open({ url: url.href }).ping()
      url.password = 'wrong'
      await expect(ground.open({ url: url.href }).ping()).rejects.toThrow('password authentication failed')
    }
    await postgres.stop()
  })

  test('is reached over TCP alone where its path is too long for a socket', async () => {
    const postgres = await ground.start(0, join(ground.folder, 'long'.repeat(20)))
    expect(new URL(postgres.url).search).toBe('')
    await ground.open(postgres).ping()
    await postgres.stop()
  })

  test('is gone after its stop', async () => {
    const postgres = await ground.start()
    const { pid } = postgres
    await postgres.stop()
    expect(postgres.pid).toBe(undefined)
    expect(isAlive(pid ?? 0)).toBe(false)
    await expect(ground.open(postgres).ping()).rejects.toMatchObject({ code: 'database.unavailable' })
  })

  test('says which port is taken, before it makes anything', async () => {
    const { port, close } = await takePort()
    const error = await ground.start(port).catch((thrown: unknown) => thrown)
    expect(isAppError(error, 'postgres.port_taken')).toBe(true)
    expect(String(error)).toContain(`port ${port}`)
    expect(await readdir(ground.dataDir)).toEqual([])
    await close()
  })

  test('refuses the data of another version with a fix', async () => {
    const postgres = await ground.start()
    await postgres.stop()
    await writeFile(join(ground.dataDir, 'cluster', 'PG_VERSION'), '14\n')
    await expect(ground.start()).rejects.toThrow('was written by PostgreSQL 14 and this is 18')
  })
})

test('Ctrl-C in the terminal reaches the supervisor alone, which stops the server in order', async () => {
  const { child, pid, url } = await ground.startInChild()
  process.kill(-(child.pid ?? 0), 'SIGINT')
  await ground.open({ url }).ping()
  await kill(child, 'SIGTERM')
  expect(isAlive(pid)).toBe(false)
  expect(await readFile(join(ground.dataDir, 'server.log'), 'utf8')).toContain('database system is shut down')
})

describe('as an ordinary user', () => {
  test('it runs as that user', async () => {
    // Started by root, the test becomes one; else it is one already.
    const user = isRoot ? { uid: 65534, gid: 65534 } : {}
    if (isRoot) await chown(ground.folder, 65534, 65534)
    const { child, pid, url, refused } = await ground.startInChild(user)
    expect(refused).toBe(undefined)
    await ground.open({ url }).ping()
    const owner = isRoot ? 65534 : process.getuid?.()
    expect((await stat(join(ground.dataDir, 'cluster', 'PG_VERSION'))).uid).toBe(owner)
    await kill(child, 'SIGTERM')
    expect(isAlive(pid)).toBe(false)
  })
})

describe.runIf(isRoot)('as root', () => {
  test('it runs as an account without privileges', async () => {
    const postgres = await ground.start()
    const status = await readFile(`/proc/${postgres.pid}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\t[1-9]/m)
    expect(status).toMatch(/^Groups:\t *$/m)
    await postgres.stop()
  })

  test('a folder that the account cannot reach holds only the name of where the data are', async () => {
    await chmod(ground.folder, 0o700)
    await mkdir(ground.dataDir)
    const first = await ground.start()
    const elsewhere = (await readFile(join(ground.dataDir, 'location'), 'utf8')).trim()
    expect(elsewhere).toMatch(/^\/var\/lib\/stoa\/[0-9a-f]{16}$/)
    expect(await readdir(ground.dataDir)).toEqual(['location'])
    await ground.open(first).transaction((tx) => tx.sql`create table kept as select 1 as value`)
    await first.stop()
    const second = await ground.start()
    expect(await ground.open(second).read.sql`select value from kept`).toEqual([{ value: 1 }])
    await second.stop()
    await discardPostgres(ground.dataDir)
    await expect(stat(elsewhere)).rejects.toThrow('ENOENT')
  })

  test('data that root made are refused to an ordinary user, with a fix', async () => {
    const postgres = await ground.start()
    await postgres.stop()
    const { refused } = await ground.startInChild({ uid: 65534, gid: 65534 })
    expect(refused).toContain('start as the account that created it')
  })
})
