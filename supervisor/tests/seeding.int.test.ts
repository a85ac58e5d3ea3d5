import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SystemSettings } from '../src/environment.ts'
import { seedOnce } from '../src/seeding.ts'
import type { Deployment } from '@stoa/system/topology'
import { isAlive } from './postgres-ground.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-seeding-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Seeds with a program that writes its pid into a file and then does this. */
async function seedWith(program: string, signal?: AbortSignal) {
  const entry = join(folder, 'seed.mjs')
  await writeFile(
    entry,
    `import { writeFileSync } from 'node:fs'\nwriteFileSync('${join(folder, 'pid')}', String(process.pid))\n${program}`,
  )
  const settings = {
    data: { seeded: join(folder, 'seeded.json') },
    environment: { INVENTORY_DATABASE_URL: 'postgres://127.0.0.1:1/inventory' },
    ports: new Map(),
  } as unknown as SystemSettings
  const bundle = { entry: () => entry } as never
  return seedOnce([{ name: 'inventory', folder: 'services/inventory' } as Deployment], bundle, settings, { signal })
}
const pid = async () => Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => '0'))

test('a start that is given up ends its seed before it continues, and notes nothing as seeded', async () => {
  const givingUp = new AbortController()
  const seeding = seedWith('setInterval(() => {}, 1_000)', givingUp.signal)
  seeding.catch(() => {})
  await expect.poll(pid).toBeGreaterThan(0)
  givingUp.abort(new Error('given up'))
  await expect(seeding).rejects.toThrow('given up')
  expect(isAlive(await pid())).toBe(false)
  expect(await readFile(join(folder, 'seeded.json'), 'utf8').catch(() => 'none')).toBe('none')
})

test('a seed that has ended is noted, and one that fails says why', async () => {
  await expect(seedWith(`console.error('no room'); process.exit(1)`)).rejects.toThrow('no room')
  await seedWith('process.exit(0)', new AbortController().signal)
  expect(JSON.parse(await readFile(join(folder, 'seeded.json'), 'utf8'))).toMatchObject({ services: ['inventory'] })
})
