/** A PostgreSQL server for the integration tests, in place of one of their own. */
export function testDatabaseUrl(): string | undefined {
  return process.env['TEST_DATABASE_URL']
}

/** The environment of a whole system that keeps its data in this folder. */
export function systemEnvironment(home: string): Record<string, string | undefined> {
  return { ...process.env, STOA_HOME: home }
}

/** How many random requests each operation gets, and the seed that they are made from. */
export function randomCases(): { readonly count: number; readonly seed: number } {
  return {
    count: Number(process.env['CONTRACT_CASES'] ?? 6),
    seed: Number(process.env['CONTRACT_SEED'] ?? Math.floor(Math.random() * 2 ** 31)),
  }
}
