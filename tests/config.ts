/** A PostgreSQL server for the integration tests, in place of one of their own. */
export function testDatabaseUrl(): string | undefined {
  return process.env['TEST_DATABASE_URL']
}

/** The environment of a whole system that keeps its data in this folder. */
export function systemEnvironment(home: string): Record<string, string | undefined> {
  return { ...process.env, STOA_HOME: home }
}

/** The seed that the contract tests make random requests from. */
export function contractSeed(): number {
  return Number(process.env['CONTRACT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
}

/** A Chromium for the tests that need a browser, in place of the one the distribution installs. */
export function chromiumPath(): string | undefined {
  return process.env['CHROMIUM_PATH']
}
