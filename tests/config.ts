/** A PostgreSQL server for the integration tests, in place of one of their own. */
export function testDatabaseUrl(): string | undefined {
  return process.env['TEST_DATABASE_URL']
}
