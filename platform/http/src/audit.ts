import { hasRecorded, isAudited, personOf } from '@stoa/audit'
import { JsonText, type AuditFacts, type Tx } from '@stoa/contract'
import { isAppError, type ErrorKind } from '@stoa/kernel'
import type { OperationCall, OperationParts } from './request-context.ts'
import { parametersOf, type OperationRoute } from './routes.ts'
import type { Effect } from './write.ts'

/** What the audit trail records of a request before its outcome is known. */
export function factsOf(
  { serviceName }: Pick<OperationParts, 'serviceName'>,
  { name, operation }: OperationRoute,
  { caller, input }: OperationCall,
): AuditFacts {
  const last = parametersOf(operation.path).at(-1)
  const person = personOf(operation.owner, input.params, undefined)
  return {
    operation: `${serviceName}.${name}`,
    actor: caller.subject,
    actorKind: caller.kind,
    outcome: 'succeeded',
    client: caller.clientId,
    session: caller.sessionId,
    target: last === undefined ? undefined : input.params[last],
    persons: person === undefined ? [] : [person],
    address: caller.address,
  }
}

/** Records a read of what others own, before it is answered: without its entry there is no answer. @throws AppError `database.unavailable` and the like */
export async function recordRead(
  parts: OperationParts,
  route: OperationRoute,
  call: OperationCall,
  body: unknown,
): Promise<void> {
  if (parts.tally === undefined || !mayBeAudited(route, call)) return
  const person = personIn(route, call, body)
  if (!isAudited(route.operation, call.caller, person)) return
  await parts.tally.record({ ...factsOf(parts, route, call), persons: person === undefined ? [] : [person] })
}

/** Records a write with its transaction, unless its handler has. */
export function recordCommitted(
  { serviceName }: OperationParts,
  route: OperationRoute,
  call: OperationCall,
  tx: Tx,
  { resourceId, fresh, answer }: Effect,
): void {
  if (!mayBeAudited(route, call) || hasRecorded(tx, `${serviceName}.${route.name}`)) return
  const person = personIn(route, call, fresh?.body ?? answer?.body)
  if (!isAudited(route.operation, call.caller, person)) return
  const found = person === undefined ? {} : { persons: [person] }
  tx.audit(resourceId === undefined ? found : { ...found, target: resourceId })
}

/** Records that the first transaction of a write was committed, whose effect may already be there if the process dies. */
export function recordBegun(route: OperationRoute, call: OperationCall, tx: Tx): void {
  if (call.caller.kind === 'anonymous' || !mayBeAudited(route, call)) return
  if (isAudited(route.operation, call.caller, personIn(route, call, undefined))) tx.audit({ outcome: 'begun' })
}

const recordedKinds: ReadonlySet<ErrorKind> = new Set(['unauthenticated', 'forbidden', 'not_found', 'conflict'])

/** Records that a request was refused for more than its form. A refusal is answered even if it cannot be recorded. */
export async function recordRefusal(
  parts: OperationParts,
  route: OperationRoute,
  call: OperationCall,
  error: unknown,
): Promise<void> {
  if (parts.tally === undefined || !isAppError(error) || !recordedKinds.has(error.kind)) return
  if (!mayBeAudited(route, call) || !isAudited(route.operation, call.caller, personIn(route, call, undefined))) return
  const facts: AuditFacts = { ...factsOf(parts, route, call), outcome: 'refused', code: error.code }
  await parts.tally.record(facts).catch(() => {})
}

/** Found out without a look at the body; most requests are none. */
function mayBeAudited({ operation: { audited, permission } }: OperationRoute, { caller }: OperationCall): boolean {
  return audited ?? (permission !== 'public' && caller.can(`${permission}:any`))
}

function personIn({ operation }: OperationRoute, { input }: OperationCall, body: unknown): string | undefined {
  return personOf(operation.owner, input.params, body instanceof JsonText ? body.parse() : body)
}
