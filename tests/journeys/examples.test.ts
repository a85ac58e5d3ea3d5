import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { discardPostgres, startPostgres, type EmbeddedPostgres } from '@stoa/supervisor/postgres/start-postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { system } from './system.ts'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')
const examples = globSync('examples/[0-9][0-9]-*/main.ts', { cwd: root }).sort()

// One server for all of them; each makes databases of its own and drops them.
let dataDir: string
let postgres: EmbeddedPostgres
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'stoa-examples-'))
  await chmod(dataDir, 0o755)
  const log = { info: () => {}, warn: (fields: object, message: string) => console.warn(message, fields) }
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
  postgres = await startPostgres({ dataDir, port: 0, settings, log })
})
afterAll(async () => {
  await postgres.stop()
  await discardPostgres(dataDir)
})

test('there are examples, numbered from 01 without a gap', () => {
  expect(examples.length).toBeGreaterThan(3)
  expect(examples.map((path) => Number(/(\d+)-/.exec(path)?.[1]))).toEqual(examples.map((_, index) => index + 1))
})

test.each(examples)('%s prints what its README says', async (path) => {
  const { stdout, stderr } = await run(process.execPath, [join(root, path)], {
    cwd: root,
    env: { ...process.env, EXAMPLES_DATABASE_URL: postgres.url, EXAMPLES_SHOP_URL: system.gatewayUrl },
  })
  const readme = readFileSync(join(root, path, '../README.md'), 'utf8')
  expect(stderr).toBe('')
  expect(stdout).toBe(/^```text output\n([^]*?)^```$/m.exec(readme)?.[1])
})
