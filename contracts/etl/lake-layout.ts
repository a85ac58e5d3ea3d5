/** The tables of the star schema, by name; each is a Delta table in its own folder of `star/` in the lake. */
export const starTableNames = ['dim_date', 'dim_product', 'fact_sales'] as const

/** A table of the star schema. */
export type StarTableName = (typeof starTableNames)[number]

/** The path of a table of the star schema in the folder of the lake. */
export function starTablePath(name: StarTableName): string {
  return `star/${name}`
}

/**
 * The name under which a table of the star schema states its source in its Delta log (`txn`): `version` is the version of the events in
 * the lake, `lastUpdated` the time in milliseconds up to which it has all of them; missing until etl has once caught up with the log.
 */
export const builtFromAppId = 'stoa.etl.events-version'
