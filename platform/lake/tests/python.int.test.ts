import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  commitTable,
  compactFiles,
  filesToCompact,
  makeDuck,
  newTable,
  readTable,
  removals,
  restoringActions,
  tableSql,
  writeRows,
  type Action,
  type Duck,
} from '../src/index.ts'

const run = promisify(execFile)
const version = '1.6.6'
const environment = fileURLToPath(new URL(`../../../node_modules/.cache/deltalake-${version}`, import.meta.url))
const python = join(environment, 'bin/python')
const program = fileURLToPath(new URL('read_delta.py', import.meta.url))

/** Whether `deltalake` is there; installs it by pip into an environment of its own. */
async function installDeltalake(): Promise<boolean> {
  if (existsSync(join(environment, 'installed'))) return true
  try {
    await run('python3', ['-m', 'venv', environment])
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `deltalake==${version}`])
    await run(python, ['-c', `import deltalake; open(${JSON.stringify(join(environment, 'installed'))}, 'w')`])
    return true
  } catch (error) {
    await rm(environment, { recursive: true, force: true })
    console.warn(`SKIPPED: deltalake ${version} cannot be installed by python3 and pip: ${(error as Error).message}`)
    return false
  }
}

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
const columns = { day: 'date', at: 'timestamp', name: 'string', amount: 'long', isPaid: 'boolean' } as const

async function commit(
  table: string,
  change: 'append' | 'delete' | 'restore' | 'overwrite',
  count: number,
): Promise<void> {
  const before = await readTable(table)
  const rows = Array.from({ length: count }, (_, index) => ({
    day: `2026-11-${String(1 + (index % 28)).padStart(2, '0')}`,
    at: '2026-11-29T23:59:59.999999Z',
    name: index % 3 === 0 ? null : `it's "${index}" = €`,
    amount: index * 1_000_003 - 5,
    isPaid: index % 2 === 0,
  }))
  const added = await duck.use(limits, (session) =>
    writeRows(session, rows, { folder: table, columns, partitionBy: 'day' }),
  )
  const files = [...(before?.files.values() ?? [])]
  const changes: Readonly<Record<typeof change, Action[]>> = {
    append: added,
    delete: removals(files.slice(0, 2)),
    overwrite: [...removals(files), ...added],
    restore: before === undefined ? [] : restoringActions(before, await readTable(table, 1)),
  }
  const begin = before === undefined ? newTable(columns, ['day']) : []
  const txn = { appId: 'test', version: before?.version ?? 0, lastUpdated: 0 }
  await commitTable(table, {
    readVersion: before?.version,
    operation: 'WRITE',
    actions: [...begin, { txn }, ...changes[change]],
  })
}

/** Puts the files of each day together. */
async function compact(table: string): Promise<void> {
  for (;;) {
    const snapshot = await readTable(table)
    const wanted = { columns, partitionBy: 'day', fewestFiles: 2, largeRows: 1_000 }
    const [files] = snapshot === undefined ? [] : filesToCompact(snapshot, wanted)
    if (snapshot === undefined || files === undefined) return
    await duck.use(limits, (session) => compactFiles(session, { folder: table, snapshot, files }, wanted))
  }
}

const totals = `select count(*) as n, coalesce(sum(amount), 0) as total, count(name) as named, count(distinct day) as days,
  sum(case when "isPaid" then 1 else 0 end) as paid from`

test('deltalake for Python reads every version of a table with the totals that our query has', async (context) => {
  if (!(await installDeltalake())) return context.skip('python3 with pip is missing')
  const table = join(folder, 'sales')
  await commit(table, 'append', 3)
  await commit(table, 'append', 40)
  await commit(table, 'delete', 0)
  await commit(table, 'append', 7)
  await commit(table, 'restore', 0)
  await commit(table, 'overwrite', 12)
  await commit(table, 'append', 2)
  await compact(table)
  const { stdout } = await run(python, [program, table, `${totals} t`])
  const theirs = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as number[][]).map(([value]) => Number(value)))
  const ours = []
  for (let each = 0; each < 9; each += 1) {
    const snapshot = await readTable(table, each)
    if (snapshot === undefined) throw new Error(`there is no version ${each}`)
    const [row = {}] = await duck.use(limits, ({ rows }) => rows(`${totals} ${tableSql(table, snapshot)}`))
    ours.push(Object.values(row).map(Number))
  }
  expect(theirs).toEqual(ours)
  expect(ours.map(([count]) => count)).toEqual([3, 43, 41, 48, 43, 12, 14, 14, 14])
})
