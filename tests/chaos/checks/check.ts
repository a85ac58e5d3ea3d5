import type { Sql } from '../../databases.ts'
import type { System } from '../system.ts'
import type { Wish } from '../wish.ts'
import type { Customer } from '../customer.ts'

/** What the checks look at, after the last fault. */
export interface Aftermath {
  readonly system: System
  readonly wishes: readonly Wish[]
  /** Asks as staff. */
  readonly asStaff: Customer['insist']
}

/** One fact that must hold. */
export interface Check<Needs = Aftermath> {
  readonly fact: string
  /** Whatever speaks against it, with the ids to look at. */
  readonly complaints: (aftermath: Needs) => Promise<readonly string[]>
}

/** What a check asks that looks at the databases alone. */
export interface Asked {
  readonly system: { readonly sql: Sql }
}

/** A complaint for each row of an answer. */
export function eachRow(fact: string, database: string, text: string): Check<Asked> {
  return {
    fact,
    complaints: async ({ system }) => (await system.sql(database, text)).map((row) => JSON.stringify(row)),
  }
}
