import type { Sql } from '../databases.ts'

/** The tables of a service's database, the platform's included, with a row that contains one of these texts anywhere. */
export async function tablesWith(sql: Sql, service: string, texts: readonly string[]): Promise<string[]> {
  const tables = await sql(
    service,
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^(pg_|information_schema)' order by 1`,
  )
  const patterns = texts.map((text) => `%${text}%`)
  const found: string[] = []
  for (const { name } of tables) {
    const rows = await sql(service, `select 1 from ${name} as t where t::text like any ($1::text[]) limit 1`, [
      patterns,
    ])
    if (rows.length > 0) found.push(`${service} ${name}`)
  }
  return found
}
