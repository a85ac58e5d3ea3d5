import { pathToFileURL } from 'node:url'
import { runSeed, type Seed } from '@stoa/service'
import { runningSystem } from '../running-system.ts'

/** What the supervisor asks for: the module that exports the seed of a service, and its database. */
interface Wanted {
  readonly module: string
  readonly url: string
}

const wanted = JSON.parse(process.env['SEEDS'] ?? '[]') as readonly Wanted[]

const schemaBaseUrl = process.env['SCHEMA_BASE_URL']
if (schemaBaseUrl === undefined) throw new Error('SCHEMA_BASE_URL is not set')

// The process that started it has gone: its results would go unnoticed.
process.once('disconnect', () => process.exit(1))

const data = await runningSystem.seed()

await Promise.all(
  wanted.map(async ({ module, url }) => {
    const { seed } = (await import(pathToFileURL(module).href)) as { readonly seed: Seed<object> }
    await runSeed(seed, { url, schemaBaseUrl, data })
  }),
)
process.exit(0)
