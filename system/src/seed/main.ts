import { runSeed } from './run-seed.ts'
import { seeds } from './seeds.ts'

// The databases to fill: by service, its URL.
const databases = JSON.parse(process.env['SEED_DATABASES'] ?? '{}') as Record<string, string>

const schemaBaseUrl = process.env['SCHEMA_BASE_URL']
if (schemaBaseUrl === undefined) throw new Error('SCHEMA_BASE_URL is not set')

// Whoever started it has gone: nobody would notice what it does.
process.once('disconnect', () => process.exit(1))

await Promise.all(
  Object.entries(databases).map(async ([name, url]) => {
    const seed = seeds[name]
    if (seed === undefined) throw new Error(`there is no demonstration data for ${name}`)
    await runSeed(seed, url, schemaBaseUrl)
  }),
)
process.exit(0)
