import { runSeed } from './run-seed.ts'
import { seeds } from './seeds.ts'

// The databases to fill: by service, its URL.
const databases = JSON.parse(process.env['SEED_DATABASES'] ?? '{}') as Record<string, string>

await Promise.all(
  Object.entries(databases).map(async ([name, url]) => {
    const seed = seeds[name]
    if (seed === undefined) throw new Error(`there is no demonstration data for ${name}`)
    await runSeed(seed, url)
  }),
)
process.exit(0)
