import type { DisputeStatus } from '@stoa/contracts/payment/resources'
import { money, type Clock, type NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { isInquiry, type DisputeMovement, type DisputeResponse, type ProviderDispute } from '../../domain/dispute.ts'
import type { ProviderDisputes, SimulatedDispute } from '../provider.ts'

/** What the sandbox charges for a dispute, in minor units of its currency. */
const fee = 1_500
const daysToRespond = 7

interface DisputeRow {
  readonly reference: string
  readonly charge_reference: string
  readonly key: string
  readonly currency: string
  readonly amount: number
  readonly status: DisputeStatus
  readonly due_by: Temporal.Instant
  readonly at: Temporal.Instant
}

interface SandboxDisputesOptions {
  readonly database: Pick<Database, 'read' | 'transaction'>
  readonly newId: NewId
  readonly clock: Clock
}

/** The disputes of the sandbox: they are opened and decided only by request. */
export function sandboxDisputes({ database, newId, clock }: SandboxDisputesOptions): ProviderDisputes {
  return {
    async read(reference) {
      const [row] = await database.read.sql<DisputeRow>`
        select dispute.*, charge.key, charge.currency
          from sandbox_disputes dispute join sandbox_charges charge on charge.reference = dispute.charge_reference
         where dispute.reference = ${reference}`
      if (row === undefined) throw new Error('the sandbox does not know this dispute')
      return describe(row)
    },
    respond: (reference, response) => database.transaction(({ sql }) => respond(sql, reference, response)),
    simulate: (wanted) =>
      database.transaction(({ sql }) =>
        wanted.event === 'dispute_opened' || wanted.event === 'inquiry_opened'
          ? open({ newId, clock }, sql, wanted)
          : decide(sql, wanted),
      ),
  }
}

type Sql = Parameters<Parameters<Database['transaction']>[0]>[0]['sql']

/** Opens a dispute; a repeat returns the one that is open. */
async function open(
  { newId, clock }: Pick<SandboxDisputesOptions, 'newId' | 'clock'>,
  sql: Sql,
  { event, charge, amount }: SimulatedDispute,
): Promise<string | undefined> {
  const [captured] = await sql`
    select 1 as found from sandbox_charges where reference = ${charge} and state = 'captured' for update`
  if (captured === undefined) return undefined
  const status = event === 'inquiry_opened' ? 'warning_needs_response' : 'needs_response'
  const at = clock.now()
  const [opened] = await sql<{ reference: string }>`
    insert into sandbox_disputes (reference, charge_reference, amount, status, due_by, at)
    values (${`sandbox_dp_${newId()}`}, ${charge}, ${amount.amount}, ${status}, ${at.add({ hours: 24 * daysToRespond })}, ${at})
    on conflict (charge_reference) where status in ('warning_needs_response', 'warning_under_review', 'needs_response', 'under_review')
    do nothing returning reference`
  if (opened !== undefined) return opened.reference
  const [known] = await sql<{ reference: string }>`
    select reference from sandbox_disputes where charge_reference = ${charge} and status = ${status} and amount = ${amount.amount}`
  return known?.reference
}

/** Decides the open dispute; a repeat returns the one that was decided so. */
async function decide(sql: Sql, { event, charge }: SimulatedDispute): Promise<string | undefined> {
  const outcome = event === 'dispute_won' ? 'won' : 'lost'
  const [decided] = await sql<{ reference: string }>`
    update sandbox_disputes
       set status = case when status like 'warning_%' and ${outcome} = 'won' then 'warning_closed' else ${outcome} end
     where charge_reference = ${charge}
       and status in ('warning_needs_response', 'warning_under_review', 'needs_response', 'under_review')
    returning reference`
  if (decided !== undefined) return decided.reference
  const [known] = await sql<{ reference: string; status: string }>`
    select reference, status from sandbox_disputes where charge_reference = ${charge} order by at desc, reference desc limit 1`
  const isDecidedSo = known?.status === outcome || (known?.status === 'warning_closed' && outcome === 'won')
  return isDecidedSo ? known.reference : undefined
}

/** Takes evidence, or ends an accepted dispute; as in the test mode of Stripe, the text of the evidence can decide it at once. */
async function respond(sql: Sql, reference: string, response: DisputeResponse): Promise<'done' | 'refused'> {
  const text = response.kind === 'evidence' ? response.evidence.uncategorizedText : 'losing_evidence'
  const [dispute, inquiry] =
    text === 'winning_evidence'
      ? ['won', 'warning_closed']
      : text === 'losing_evidence'
        ? ['lost', 'lost']
        : ['under_review', 'warning_under_review']
  const rows = await sql`
    update sandbox_disputes set status = case when status = 'needs_response' then ${dispute} else ${inquiry} end
     where reference = ${reference} and status in ('needs_response', 'warning_needs_response')
    returning 1 as responded`
  return rows.length > 0 ? 'done' : 'refused'
}

function describe({ reference, key, currency, amount, status, due_by: dueBy, at }: DisputeRow): ProviderDispute {
  const withdrawn: DisputeMovement = {
    reference: `${reference}_withdrawn`,
    kind: 'withdrawn',
    amount,
    fee: money(fee, currency),
  }
  const reinstated: DisputeMovement = {
    reference: `${reference}_reinstated`,
    kind: 'reinstated',
    amount,
    fee: undefined,
  }
  const won = status === 'won' ? [reinstated] : []
  return {
    reference,
    chargeKey: key,
    status,
    reason: 'general',
    amount: money(amount, currency),
    evidenceDueBy: dueBy,
    openedAt: at,
    movements: isInquiry(status) ? [] : [withdrawn, ...won],
  }
}
