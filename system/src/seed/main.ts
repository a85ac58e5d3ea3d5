import { pathToFileURL } from 'node:url'
import { runSeed, type Seed } from '@stoa/service'
import { shop, type DemonstrationShop } from './shop.ts'

/** What the supervisor asks for: the module that exports the seed of a service, and its database. */
interface Wanted {
  readonly module: string
  readonly url: string
}

const wanted = JSON.parse(process.env['SEEDS'] ?? '[]') as readonly Wanted[]

const schemaBaseUrl = process.env['SCHEMA_BASE_URL']
if (schemaBaseUrl === undefined) throw new Error('SCHEMA_BASE_URL is not set')

// Whoever started it has gone: nobody would notice what it does.
process.once('disconnect', () => process.exit(1))

await Promise.all(
  wanted.map(async ({ module, url }) => {
    const { seed } = (await import(pathToFileURL(module).href)) as { readonly seed: Seed<DemonstrationShop> }
    await runSeed(seed, { url, schemaBaseUrl, data: shop })
  }),
)
process.exit(0)
