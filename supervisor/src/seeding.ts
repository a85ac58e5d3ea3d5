import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Deployment } from '@stoa/system/topology'
import { findSeedFile } from '@stoa/system/seed/seed-file'
import { seedEntry, seedEntryOf, type Bundle } from './bundle.ts'
import { readJson, writeJson } from './data-folder.ts'
import { databaseUrlOf } from './databases.ts'
import { schemaBaseUrlOf, type SystemSettings } from './environment.ts'
import { isProduction } from './is-production.ts'
import { systemError } from '@stoa/system/system-errors'

/** What was put in, and whether every read copy has followed. */
export interface SeedRecord {
  /** Whose databases: another server has not got the data. */
  readonly server: string
  readonly services: readonly string[]
  readonly isCaughtUp: boolean
}

/** Puts the demonstration data into those of the services that have not got them; a no-op when all have, and in production. The signal ends it. */
export async function seedOnce(
  deployments: readonly Deployment[],
  bundle: Bundle,
  settings: SystemSettings,
  { isForced = false, signal }: { readonly isForced?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  if (isProduction(settings.environment)) return
  const wanted = deployments.filter((each) => findSeedFile(each) !== undefined).map(({ name }) => name)
  const record = await readSeedRecord(settings)
  const missing = isForced ? wanted : wanted.filter((name) => !record.services.includes(name))
  if (missing.length === 0) return
  const seeds = missing.map((name) => ({ module: bundle.entry(seedEntryOf(name)), url: databaseUrlOf(name, settings) }))
  const child = spawn(process.execPath, [bundle.entry(seedEntry)], {
    env: {
      ...process.env,
      STOA_SYSTEM: settings.system,
      SEEDS: JSON.stringify(seeds),
      SCHEMA_BASE_URL: schemaBaseUrlOf(settings),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const output: string[] = []
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  const end = () => void child.kill('SIGTERM')
  signal?.addEventListener('abort', end, { once: true })
  if (signal?.aborted === true) end()
  const [code] = (await once(child, 'close')) as [number | null]
  signal?.removeEventListener('abort', end)
  if (code !== 0) signal?.throwIfAborted()
  if (code !== 0) {
    throw systemError('system.not_seeded', `the demonstration data could not be loaded: ${output.join('').trim()}`)
  }
  await noteSeeded(settings, { services: [...new Set([...record.services, ...missing])], isCaughtUp: false })
}

/** What this data folder's databases have been given. */
export async function readSeedRecord(settings: SystemSettings): Promise<SeedRecord> {
  const server = serverOf(settings)
  const known = await readJson<SeedRecord>(settings.data.seeded)
  return known?.server === server ? known : { server, services: [], isCaughtUp: false }
}

/** Remembers it, so that a later start need not look. */
export async function noteSeeded(settings: SystemSettings, record: Omit<SeedRecord, 'server'>): Promise<void> {
  await writeJson(settings.data.seeded, { ...record, server: serverOf(settings) } satisfies SeedRecord)
}

function serverOf({ environment }: SystemSettings): string {
  const given = environment['DATABASE_URL']
  return given ? createHash('sha256').update(given).digest('hex').slice(0, 16) : 'embedded'
}
