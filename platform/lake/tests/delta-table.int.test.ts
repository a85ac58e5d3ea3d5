import { cp, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  commitTable,
  makeDuck,
  makeTableReader,
  newTable,
  readTable,
  removals,
  restoringActions,
  tableSql,
  vacuumTable,
  writeRows,
  type Duck,
  type SqlValue,
} from '../src/index.ts'

let folder: string
let duck: Duck
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-lake-'))
  duck = makeDuck({ folder, memoryMiB: 128 })
})
afterAll(async () => {
  await duck.close()
  await rm(folder, { recursive: true, force: true })
})

const limits = { timeoutMs: 30_000 }
const columns = { day: 'date', at: 'timestamp', name: 'string', amount: 'long' } as const
const row = (day: string, name: string, amount: number) => ({ day, at: `${day}T10:00:00.123456Z`, name, amount })

async function append(table: string, rows: readonly Readonly<Record<string, SqlValue>>[]): Promise<number> {
  const snapshot = await readTable(table)
  const adds = await duck.use(limits, (session) =>
    writeRows(session, rows, { folder: table, columns, partitionBy: 'day' }),
  )
  const begin = snapshot === undefined ? newTable(columns, ['day']) : []
  return commitTable(table, { readVersion: snapshot?.version, operation: 'WRITE', actions: [...begin, ...adds] })
}

async function sumOf(table: string, version?: number): Promise<SqlValue | undefined> {
  const snapshot = await readTable(table, version)
  if (snapshot === undefined) return undefined
  const [found] = await duck.use(limits, ({ rows }) =>
    rows(`select coalesce(sum(amount), 0)::bigint as total from ${tableSql(table, snapshot)}`),
  )
  return found?.['total']
}

test('every version of a table can be read, divided by day, with quotes and empty values as they were', async () => {
  const table = join(folder, "it's")
  expect(await readTable(table)).toBeUndefined()
  await append(table, [row('2026-11-28', `"'; drop`, 9_007_199_254_740_991), row('2026-11-29', '', 1)])
  await append(table, [row('2026-11-29', 'second', 5)])
  const now = await readTable(table)
  if (now === undefined) throw new Error('there is no table')
  await commitTable(table, {
    readVersion: now.version,
    operation: 'DELETE',
    actions: removals([...now.files.values()].filter(({ path }) => path.startsWith('day=2026-11-28'))),
  })
  expect(await Promise.all([0, 1, 2, 3].map((version) => sumOf(table, version)))).toEqual([
    '9007199254740992',
    '9007199254740997',
    '6',
    undefined,
  ])
  const rows = await duck.use(limits, (session) =>
    session.rows(`select * from ${tableSql(table, now)} order by amount desc limit 1`),
  )
  expect(rows).toEqual([
    { day: '2026-11-28', at: '2026-11-28 10:00:00.123456+00', name: `"'; drop`, amount: '9007199254740991' },
  ])
})

test('of writers that decide on one version one commits, and the others are refused', async () => {
  const table = join(folder, 'raced')
  await commitTable(table, { readVersion: undefined, operation: 'CREATE', actions: newTable(columns, ['day']) })
  const race = Array.from({ length: 8 }, (_, index) =>
    commitTable(table, { readVersion: 0, operation: 'WRITE', actions: [{ txn: { appId: 'x', version: index } }] }),
  )
  const ended = await Promise.allSettled(race)
  expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const refused = ended.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))
  expect(refused).toEqual(Array.from({ length: 7 }, () => 'lake.conflict'))
  expect((await readdir(join(table, '_delta_log'))).toSorted()).toEqual([
    '00000000000000000000.json',
    '00000000000000000001.json',
  ])
})

test('an earlier version is restored as a new one; vacuum deletes only files that are long gone', async () => {
  const table = join(folder, 'restored')
  await append(table, [row('2026-11-28', 'a', 1)])
  await append(table, [row('2026-11-28', 'b', 2)])
  const [now, first] = [await readTable(table), await readTable(table, 0)]
  if (now === undefined) throw new Error('there is no table')
  const actions = restoringActions(now, first)
  await commitTable(table, { readVersion: now.version, operation: 'RESTORE', actions })
  const restored = await readTable(table)
  if (restored === undefined) throw new Error('there is no table')
  expect(await sumOf(table)).toBe('1')
  expect(await vacuumTable(table, restored, Temporal.Now.instant().subtract({ hours: 1 }))).toBe(0)
  expect(await sumOf(table, 1)).toBe('3')
  // of a writer that died
  await writeFile(join(table, '_delta_log/.unfinished.tmp'), '{}')
  expect(await vacuumTable(table, restored, Temporal.Now.instant().add({ hours: 1 }))).toBe(2)
  expect(await sumOf(table)).toBe('1')
})

test('a log with a gap or a damaged commit is refused with the version', async () => {
  const table = join(folder, 'damaged')
  await append(table, [row('2026-11-28', 'a', 1)])
  await writeFile(join(table, '_delta_log/00000000000000000001.json'), '{"add":')
  await expect(readTable(table)).rejects.toThrow('version 1 cannot be read')
  await rm(join(table, '_delta_log/00000000000000000000.json'))
  await expect(readTable(table)).rejects.toThrow('version 1 follows a gap')
})

test('a reader reads a log once, then only what is new, and all of it after another log took its place', async () => {
  const table = join(folder, 'followed')
  const read = makeTableReader()
  const versionOf = async () => (await read(table))?.version
  expect(await read(table)).toBeUndefined()
  await append(table, [row('2026-11-28', 'a', 1)])
  await append(table, [row('2026-11-28', 'b', 2)])
  await cp(table, `${table}-backup`, { recursive: true })
  expect(await versionOf()).toBe(1)
  const first = join(table, '_delta_log/00000000000000000000.json')
  await rename(first, `${first}.aside`)
  expect(await read(table)).toBe(await read(table))
  await rename(`${first}.aside`, first)
  await append(table, [row('2026-11-28', 'c', 4)])
  await append(table, [row('2026-11-28', 'd', 8)])
  await rename(first, `${first}.aside`)
  expect([await versionOf(), (await read(table))?.files.size]).toEqual([3, 4])
  // a restored backup
  await rm(table, { recursive: true })
  await rename(`${table}-backup`, table)
  await append(table, [row('2026-11-28', 'x', 16)])
  await append(table, [])
  const restored = await read(table)
  expect(restored).toEqual(await readTable(table))
  expect([restored?.version, restored?.files.size]).toEqual([3, 3])
  await rm(table, { recursive: true })
  expect(await read(table)).toBeUndefined()
})

test('work ends after its time, within its memory and its folder, and the next one is served', async () => {
  const endless = 'select count(*) from range(100000000000) each(x) where sqrt(x) > 2'
  await expect(duck.use({ timeoutMs: 300 }, ({ rows }) => rows(endless))).rejects.toMatchObject({
    code: 'lake.too_long',
  })
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 200)
  const gone = duck.use({ ...limits, signal: controller.signal }, ({ rows }) => rows(endless))
  await expect(gone).rejects.toThrow('INTERRUPT')
  await expect(
    duck.use(limits, ({ rows }) => rows('select list(x) from range(100000000) each(x)')),
  ).rejects.toMatchObject({ code: 'lake.too_large' })
  for (const statement of [`select * from read_text('/etc/hostname')`, `set memory_limit = '1GB'`, 'install httpfs']) {
    await expect(duck.use(limits, ({ rows }) => rows(statement))).rejects.toThrow(/disabled|locked|Permission/i)
  }
  expect(await duck.use(limits, ({ rows }) => rows('select 1 as one'))).toEqual([{ one: 1 }])
})

test('more work than may wait is refused at once, but not work that is patient', async () => {
  const busy = makeDuck({ folder, memoryMiB: 128, mostAtOnce: 1, mostWaiting: 1 })
  const one = (isPatient = false) => busy.use({ ...limits, isPatient }, ({ rows }) => rows('select 1 as one'))
  const ended = await Promise.allSettled([one(), one(), one(), one(true), one(true)])
  await busy.close()
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(ended[2]).toMatchObject({ reason: { code: 'lake.busy' } })
})

test('an engine that is closed ends the work under way and what waits for it', async () => {
  const closed = makeDuck({ folder, memoryMiB: 128, mostAtOnce: 1 })
  const endless = 'select count(*) from range(100000000000) each(x) where sqrt(x) > 2'
  const works = [1, 2].map(() => closed.use({ timeoutMs: 600_000 }, ({ rows }) => rows(endless)))
  const ended = Promise.allSettled(works)
  setTimeout(() => void closed.close(), 300)
  await ended
  await closed.close()
  expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})

test('rows are written within the smallest memory, several at once, and long ones too', async () => {
  const small = makeDuck({ folder, memoryMiB: 64, mostAtOnce: 3 })
  const long = 'x'.repeat(1_000_000)
  const works = Array.from({ length: 6 }, (_, index) =>
    small.use(limits, (session) =>
      writeRows(session, [row('2026-11-28', long, index)], {
        folder: join(folder, 'small'),
        columns,
        partitionBy: 'day',
      }),
    ),
  )
  const ended = await Promise.allSettled(works)
  await small.close()
  expect(ended.map((each) => (each.status === 'rejected' ? each.reason.cause?.message : each.status))).toEqual(
    works.map(() => 'fulfilled'),
  )
})

test('work that is given up in the moment in which its statement begins ends too', async () => {
  const endless = 'select count(*) from range(100000000000) each(x) where sqrt(x) > 2'
  for (let turn = 0; turn < 5; turn += 1) {
    const controller = new AbortController()
    const beganAt = performance.now()
    const given = duck.use({ timeoutMs: 20_000, signal: controller.signal }, ({ rows }) => {
      const counted = rows(endless)
      controller.abort()
      return counted
    })
    await expect(given).rejects.toThrow('INTERRUPT')
    expect(performance.now() - beganAt).toBeLessThan(15_000)
  }
})
