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
export interface Check {
  readonly fact: string
  /** Whatever speaks against it, with the ids to look at. */
  readonly complaints: (aftermath: Aftermath) => Promise<readonly string[]>
}

/** A complaint for each row of an answer. */
export function eachRow(fact: string, database: string, text: string): Check {
  return {
    fact,
    complaints: async ({ system }) => (await system.sql(database, text)).map((row) => JSON.stringify(row)),
  }
}
