/**
 * Runs one SQL statement written as a template: every `${value}` becomes a parameter, never text, and the statement is
 * prepared once per connection. Returns the rows. Pass objects for `jsonb` through `json(value)`. A `timestamptz` is a
 * `Temporal.Instant`, a `bigint` a safe integer, and an array a PostgreSQL array (`= any(${ids})`).
 */
export type Sql = <Row extends object = Record<string, unknown>>(
  strings: TemplateStringsArray,
  ...values: readonly unknown[]
) => Promise<Row[]>

/** A handle that can only read: a write through it is refused by the database. */
export interface ReadHandle {
  readonly sql: Sql
}

declare const writes: unique symbol

/** A handle inside one open transaction: all writes through it are committed or rolled back together. */
export interface WriteHandle extends ReadHandle {
  readonly [writes]: true
}
