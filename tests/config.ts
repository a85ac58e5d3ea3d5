/** The PostgreSQL server for the integration tests, instead of one that they start. */
export function testDatabaseUrl(): string | undefined {
  return process.env['TEST_DATABASE_URL']
}

/** The environment of a system with its data in this folder. */
export function systemEnvironment(home: string): Record<string, string | undefined> {
  return { ...process.env, STOA_HOME: home }
}

/** The seed of the random requests of the contract tests. */
export function contractSeed(): number {
  return Number(process.env['CONTRACT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
}

/** The Chromium for the tests that need a browser, instead of the installed one. */
export function chromiumPath(): string | undefined {
  return process.env['CHROMIUM_PATH']
}
