/** A PostgreSQL server to use in place of one of its own: an administrator's URL. */
export function givenDatabaseUrl(): string | undefined {
  return process.env['EXAMPLES_DATABASE_URL']
}

/** Where the shop's gateway is. */
export function shopUrl(): string {
  return process.env['EXAMPLES_SHOP_URL'] ?? 'http://127.0.0.1:8080'
}
