import type { AuditFacts } from '@stoa/contract'
import { newId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { testDatabase } from '@stoa/testing'
import { onTestFinished } from 'vitest'
import { appendAudit, auditMigrations } from '../src/index.ts'
import { sealWaiting } from '../src/seal.ts'
import { verifyAudit, type Verification } from '../src/verify.ts'
import type { Witness, WitnessedHead } from '../src/witness.ts'

export interface AuditApp {
  readonly database: Database
  readonly url: string
  readonly source: { readonly service: string; readonly clock: { now: () => Temporal.Instant }; newId: typeof newId }
  /** Moves the clock. */
  readonly advance: (hours: number) => void
  /** Records actions, each in a transaction of its own. */
  readonly record: (...operations: string[]) => Promise<void>
  readonly seal: () => Promise<number>
  readonly verify: (witness?: Witness) => Promise<Verification>
  /** Changes the chain behind the back of the trigger, as the owner of the database can. */
  readonly tamper: (change: (sql: Database['read']['sql']) => Promise<unknown>) => Promise<void>
}

export const facts: AuditFacts = { operation: 'shop.open', actor: 'ada', actorKind: 'user', outcome: 'succeeded' }

export async function startAudit(): Promise<AuditApp> {
  const made = await testDatabase({ name: 'audit', sets: [auditMigrations] })
  onTestFinished(() => made.close())
  const { database } = made
  let ahead = 0
  const startedAt = Temporal.Now.instant()
  const clock = { now: () => startedAt.add({ hours: ahead }) }
  const source = { service: 'shop', clock, newId }
  return {
    database,
    url: made.url,
    source,
    advance: (hours) => void (ahead += hours),
    async record(...operations) {
      for (const operation of operations) {
        await database.transaction(async (tx) =>
          appendAudit(tx, source, { ...facts, operation, address: '203.0.113.7' }),
        )
      }
    },
    seal: async () => (await sealWaiting({ database, source, findErased: async () => new Set() }))?.head.sequence ?? -1,
    verify: (witness) => verifyAudit({ database, service: 'shop', witness, retentionDays: 365, now: clock.now() }),
    tamper: (change) =>
      database.transaction(async ({ sql }) => {
        await sql`alter table audit_chain disable trigger user`
        await change(sql)
        await sql`alter table audit_chain enable trigger user`
      }),
  }
}

/** A witness in memory. */
export function memoryWitness(clock: { now: () => Temporal.Instant }): Witness & { readonly all: WitnessedHead[] } {
  const all: WitnessedHead[] = []
  return {
    all,
    async note(_service, head) {
      const known = all.find(({ sequence }) => sequence === head.sequence)
      if (known === undefined) all.push({ ...head, notedAt: clock.now() })
      return known?.hash ?? head.hash
    },
    heads: async (_service, after, limit) => all.filter(({ sequence }) => sequence > after).slice(0, limit),
  }
}
