import type { Seed } from './run-seed.ts'

/** What each service is given, by its name; the names stand in `seeded-services.ts` for who must not load the services. */
export const seeds: Readonly<Record<string, Seed>> = {}
