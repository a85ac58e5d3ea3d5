import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dataFolderAt, type DataFolder } from '../data-folder.ts'
import { copyLake, placeLake } from './lake-files.ts'
import { requireWhole, type Manifest } from './manifest.ts'

let folder: string
let data: DataFolder
let backup: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-lake-files-'))
  data = dataFolderAt(join(folder, 'home'))
  backup = join(folder, 'backup')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function put(path: string, text: string): Promise<void> {
  const file = join(data.lake, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

const commit = 'star/fact_sales/_delta_log/00000000000000000000.json'
const textOf = (path: string) => readFile(join(data.lake, path), 'utf8').catch(() => 'missing')

test('a backup has the tables without work in progress, and a restore puts them in place of what is there', async () => {
  await put(commit, 'one')
  await put('star/fact_sales/part-1.parquet', 'rows')
  await put('star/fact_sales/_delta_log/.unfinished.tmp', 'half')
  await put('.spill-1/duckdb_temp_storage', 'spilled')
  const files = await copyLake(data, backup)
  expect(files.map(({ path }) => path)).toEqual([`lake/${commit}`, 'lake/star/fact_sales/part-1.parquet'])
  await requireWhole(backup, { files } as unknown as Manifest)

  await put(commit, 'two')
  await put('star/fact_sales/part-2.parquet', 'later')
  await placeLake(data, backup, { files, isLater: true })
  expect(await textOf(commit)).toBe('two')
  await placeLake(data, backup, { files, isLater: false })
  expect([await textOf(commit), await textOf('star/fact_sales/part-2.parquet')]).toEqual(['one', 'missing'])
  expect(await readFile(join(`${data.lake}.replaced`, commit), 'utf8')).toBe('two')
})

test('a system without a lake has none in its backup, and a restore on another machine makes it', async () => {
  expect(await copyLake(data, backup)).toEqual([])
  await put(commit, 'one')
  const files = await copyLake(data, backup)
  await rm(data.lake, { recursive: true })
  await placeLake(data, backup, { files, isLater: true })
  expect(await textOf(commit)).toBe('one')
  await rm(data.lake, { recursive: true })
  await placeLake(data, backup, { files: [], isLater: false })
  expect(await textOf(commit)).toBe('missing')
})
