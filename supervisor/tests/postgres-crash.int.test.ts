import { spawn } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAppError } from '@stoa/kernel'
import { describe, expect, test } from 'vitest'
import type { EmbeddedPostgres, PostgresState } from '../src/postgres/start-postgres.ts'
import { freePort, isAlive, isRoot, kill, useGround } from './postgres-ground.ts'

const ground = useGround()

const stateAfter = (postgres: EmbeddedPostgres, wanted: PostgresState) =>
  new Promise<void>((resolve) => postgres.onState((state) => state === wanted && resolve()))

describe('after kill -9 of the server', () => {
  test('what was acknowledged is there, and clients continue by themselves', async () => {
    const postgres = await ground.start()
    const database = ground.open(postgres)
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
      await expect.poll(() => acknowledged.length).toBeGreaterThan(before + 20)
      const ready = stateAfter(postgres, 'ready')
      process.kill(postgres.pid ?? 0, 'SIGKILL')
      await ready
    }
    const before = acknowledged.length
    await expect.poll(() => acknowledged.length).toBeGreaterThan(before)
    isOver = true
    await Promise.all(writers)
    const rows = await database.read.sql<{ id: number }>`select id from done`
    const stored = new Set(rows.map(({ id }) => id))
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
    await database.close()
    await postgres.stop()
  })

  test('one backend killed alone brings the server back by itself', async () => {
    const postgres = await ground.start()
    const database = ground.open(postgres)
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
    const { child, pid, url } = await ground.startInChild()
    await ground.open({ url }).transaction((tx) => tx.sql`create table kept as select 1 as value`)
    await kill(child, 'SIGKILL')
    expect(isAlive(pid)).toBe(true)
    const adopted = await ground.start(Number(new URL(url).port))
    expect([adopted.isAdopted, adopted.pid, adopted.url]).toEqual([true, pid, url])
    expect(await ground.open(adopted).read.sql`select value from kept`).toEqual([{ value: 1 }])
    await adopted.stop()
    await expect
      .poll(() =>
        ground
          .open(adopted)
          .ping()
          .then(
            () => 'there',
            () => 'gone',
          ),
      )
      .toBe('gone')
  })

  test('an adopted server that dies is started again', async () => {
    const { child, pid } = await ground.startInChild()
    await kill(child, 'SIGKILL')
    const adopted = await ground.start()
    const ready = stateAfter(adopted, 'ready')
    process.kill(pid, 'SIGKILL')
    await ready
    expect(adopted.pid).not.toBe(pid)
    await ground.open(adopted).ping()
    await adopted.stop()
  })

  test('a server on another port than is wanted now is moved', async () => {
    const { child, url } = await ground.startInChild()
    await ground.open({ url }).transaction((tx) => tx.sql`create table kept as select 1 as value`)
    await kill(child, 'SIGKILL')
    const port = await freePort()
    const moved = await ground.start(port)
    expect([moved.isAdopted, moved.port]).toEqual([false, port])
    expect(await ground.open(moved).read.sql`select value from kept`).toEqual([{ value: 1 }])
    await moved.stop()
  })

  test('and of the server, it starts again, also when its pid belongs to another program now', async () => {
    const { child, pid } = await ground.startInChild()
    await kill(child, 'SIGKILL')
    process.kill(pid, 'SIGKILL')
    const pidFile = join(ground.dataDir, 'cluster', 'postmaster.pid')
    const [, ...rest] = (await readFile(pidFile, 'utf8')).split('\n')
    const { uid, gid } = await stat(pidFile)
    const stranger = spawn('sleep', ['60'], isRoot ? { uid, gid } : {})
    ground.endLater(stranger)
    await writeFile(pidFile, [stranger.pid, ...rest].join('\n'))
    const postgres = await ground.start()
    expect(postgres.isAdopted).toBe(false)
    expect(isAlive(stranger.pid ?? 0)).toBe(true)
    await ground.open(postgres).ping()
    await postgres.stop()
  })

  test('in the middle of the first start, the next one begins again', async () => {
    const child = ground.spawnChild()
    const names = async () => (await readdir(ground.dataDir).catch(() => [])).join()
    await expect.poll(names, { interval: 5 }).toContain('cluster.unfinished')
    await kill(child, 'SIGKILL')
    const postgres = await ground.start()
    await ground.open(postgres).ping()
    await postgres.stop()
  })
})
