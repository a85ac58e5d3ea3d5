import { catalogueError, type NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { ChargeOutcome, RefundOutcome } from '../../domain/payment.ts'
import type { ChargeRequest, RefundRequest } from '../provider.ts'
import { sandboxErrors } from './errors.ts'
import { decideCharge, type SandboxToken } from './tokens.ts'

interface ChargeRow {
  readonly reference: string
  readonly token: string
  readonly currency: string
  readonly amount: number
  readonly attempts: number
  readonly state: Exclude<ChargeOutcome['kind'], 'action'> | 'failing'
  readonly code: string | null
}

/** The records of the sandbox, each entry in its own transaction, like those of an external provider. */
export interface SandboxBooks {
  /** Decides a charge and notes it under its key, once; undefined when the sandbox fails this time. */
  readonly charge: (request: ChargeRequest & { readonly token: SandboxToken }) => Promise<ChargeOutcome | undefined>
  readonly findCharge: (key: string) => Promise<ChargeOutcome | undefined>
  readonly readCharge: (reference: string) => Promise<ChargeOutcome>
  readonly moveAuthorized: (reference: string, to: 'captured' | 'voided') => Promise<ChargeOutcome>
  readonly refund: (request: RefundRequest) => Promise<RefundOutcome>
  readonly findRefund: (key: string) => Promise<RefundOutcome | undefined>
}

/** Opens the books. */
export function openSandboxBooks(database: Pick<Database, 'read' | 'transaction'>, newId: NewId): SandboxBooks {
  return {
    charge: (request) => noteCharge(database, newId, request),
    async findCharge(key) {
      const [row] = await database.read.sql<ChargeRow>`select * from sandbox_charges where key = ${key}`
      return row === undefined ? undefined : outcomeOf(row)
    },
    async readCharge(reference) {
      return known(await database.read.sql<ChargeRow>`select * from sandbox_charges where reference = ${reference}`)
    },
    async moveAuthorized(reference, to) {
      const rows = await database.transaction(async ({ sql }) => {
        await sql`update sandbox_charges set state = ${to} where reference = ${reference} and state = 'authorized'`
        return sql<ChargeRow>`select * from sandbox_charges where reference = ${reference}`
      })
      return known(rows)
    },
    refund: (request) => noteRefund(database, newId, request),
    async findRefund(key) {
      const [row] = await database.read.sql<{
        reference: string
      }>`select reference from sandbox_refunds where key = ${key}`
      return row === undefined ? undefined : { kind: 'done', reference: row.reference }
    },
  }
}

function known([row]: readonly ChargeRow[]): ChargeOutcome {
  const outcome = row === undefined ? undefined : outcomeOf(row)
  if (outcome === undefined) throw new Error('the sandbox does not know this charge')
  return outcome
}

async function noteCharge(
  database: Pick<Database, 'transaction'>,
  newId: NewId,
  { key, token, amount, isCaptured, isReviewed }: ChargeRequest & { readonly token: SandboxToken },
): Promise<ChargeOutcome | undefined> {
  const row = await database.transaction(async ({ sql }) => {
    const first = decideCharge(token, { attempt: 1, isCaptured, isReviewed })
    const [noted] = await sql<ChargeRow>`
      insert into sandbox_charges (key, reference, token, currency, amount, attempts, state, code)
      values (${key}, ${`sandbox_ch_${newId()}`}, ${token}, ${amount.currency}, ${amount.amount}, 1, ${first.state}, ${first.code})
      on conflict (key) do nothing returning *`
    if (noted !== undefined) return noted
    const [known] = await sql<ChargeRow>`select * from sandbox_charges where key = ${key} for update`
    if (known === undefined) throw new Error('a conflicting row was deleted')
    if (known.token !== token || known.amount !== amount.amount || known.currency !== amount.currency) {
      throw new Error('the sandbox received a different charge with the same key')
    }
    if (known.state !== 'failing') return known
    const next = decideCharge(token, { attempt: known.attempts + 1, isCaptured, isReviewed })
    const [tried] = await sql<ChargeRow>`
      update sandbox_charges set attempts = attempts + 1, state = ${next.state}, code = ${next.code} where key = ${key}
      returning *`
    return tried ?? known
  })
  return outcomeOf(row)
}

function outcomeOf({ state, reference, code }: ChargeRow): ChargeOutcome | undefined {
  switch (state) {
    case 'captured':
    case 'authorized':
    case 'voided':
      return { kind: state, reference }
    case 'declined':
      return { kind: 'declined', code: code ?? 'payment.declined' }
    case 'review':
      return { kind: 'review' }
    case 'failing':
      return undefined
  }
}

async function noteRefund(
  database: Pick<Database, 'transaction'>,
  newId: NewId,
  { key, reference, amount }: RefundRequest,
): Promise<RefundOutcome> {
  return database.transaction(async ({ sql }) => {
    const [charge] = await sql<{ amount: number; refunded: number; currency: string; state: string }>`
      select amount, refunded, currency, state from sandbox_charges where reference = ${reference} for update`
    const [known] = await sql<{ reference: string }>`select reference from sandbox_refunds where key = ${key}`
    if (known !== undefined) return { kind: 'done', reference: known.reference }
    if (charge === undefined)
      throw catalogueError(sandboxErrors, 'sandbox.charge_unknown', 'The sandbox does not know this charge.')
    const [{ disputed } = { disputed: 0 }] = await sql<{ disputed: number }>`
      select coalesce(sum(amount), 0)::bigint as disputed from sandbox_disputes
       where charge_reference = ${reference} and status in ('needs_response', 'under_review', 'lost')`
    const isCovered = charge.currency === amount.currency && charge.refunded + disputed + amount.amount <= charge.amount
    if (charge.state !== 'captured' || !isCovered) return { kind: 'refused', code: 'payment.refund_refused' }
    const refundReference = `sandbox_re_${newId()}`
    await sql`update sandbox_charges set refunded = refunded + ${amount.amount} where reference = ${reference}`
    await sql`
      insert into sandbox_refunds (key, reference, charge_reference, amount)
      values (${key}, ${refundReference}, ${reference}, ${amount.amount})`
    return { kind: 'done', reference: refundReference }
  })
}
