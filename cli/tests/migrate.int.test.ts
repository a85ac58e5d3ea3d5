import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))
let pricing: TestDatabase
let log: TestDatabase

beforeAll(async () => {
  pricing = await testDatabase({ sets: [], name: 'pricing' })
  log = await testDatabase({ sets: [], name: 'pricing_log' })
})
afterAll(() => Promise.all([pricing.close(), log.close()]))

async function stoaMigrate(args: readonly string[], settings: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [program, 'migrate', ...args], {
    env: { NO_COLOR: '1', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, said, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { status: status as number | null, out, said }
}

test('lists what a database lacks, migrates it, and then finds it up to date', async () => {
  const settings = { PRICING_DATABASE_URL: pricing.url, LOG_DATABASE_URL: log.url }
  const missing = await stoaMigrate(['pricing', '--check'], settings)
  expect(missing).toMatchObject({ status: 1, said: '' })
  expect(missing.out).toContain('pricing: lacks pricing/0001-')
  const applied = await stoaMigrate(['pricing'], settings)
  expect(applied).toMatchObject({ status: 0, out: missing.out.replaceAll(': lacks ', ': applied '), said: '' })

  const folder = await mkdtemp(join(tmpdir(), 'stoa-secrets-'))
  const lines = [`DATABASE_URL=${pricing.url}`, `LOG_DATABASE_URL=${log.url}`, 'REGISTRY_TOKEN=not-read-here']
  await writeFile(join(folder, 'pricing-secrets.env'), `${lines.join('\n')}\n`)
  expect(await stoaMigrate(['pricing', '--check', '--secrets', folder])).toEqual({
    status: 0,
    out: 'pricing: up to date\n',
    said: '',
  })
  await rm(folder, { recursive: true })
})

test('refuses one database for several services, an unknown service, and a missing one', async () => {
  expect(await stoaMigrate(['pricing', 'user'], { DATABASE_URL: pricing.url })).toMatchObject({
    status: 2,
    said: expect.stringContaining('_DATABASE_URL is not set: the database of '),
  })
  expect(await stoaMigrate(['gateway'])).toMatchObject({
    status: 1,
    said: expect.stringContaining('there is no service gateway with a database'),
  })
  const url = new URL(pricing.url)
  url.pathname = '/stoa_missing'
  expect(await stoaMigrate(['pricing'], { DATABASE_URL: url.href })).toMatchObject({
    status: 1,
    said: expect.stringMatching(/^pricing: the database refuses the connection: .*\n$/),
  })
})
