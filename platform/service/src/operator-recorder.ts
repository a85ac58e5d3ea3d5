import type { AuditFacts, Caller } from '@stoa/contract'
import type { Connections } from './connections.ts'
import type { MatchedEndpoint } from './operating-router.ts'

/** Records what operators do and read outside of the operations of a contract. */
export interface OperatorRecorder {
  /**
   * Runs a request to an operating endpoint. An action is recorded before it, because its effect is in transactions of its own, and with
   * its outcome after it; of what is only read, that which has an id in its path, and the audit trail itself.
   */
  readonly operate: (caller: Caller, matched: MatchedEndpoint, run: () => Promise<unknown>) => Promise<unknown>
  /** Records a read before it is answered. @throws AppError `database.unavailable` and the like */
  readonly read: (caller: Caller, what: Pick<AuditFacts, 'operation' | 'target' | 'persons'>) => Promise<void>
}

/** Makes the recorder of a service. */
export function operatorRecorder({ service, database, makeTx, tally }: Connections): OperatorRecorder {
  const factsOf = ({ subject, kind, sessionId, clientId, address }: Caller, operation: string): AuditFacts => ({
    operation: `${service.name}.${operation}`,
    actor: subject,
    actorKind: kind,
    client: clientId,
    session: sessionId,
    address,
    outcome: 'succeeded',
  })
  const append = (facts: AuditFacts) => database.transaction(async (tx) => makeTx(tx).audit(facts))

  async function act(facts: AuditFacts, run: () => Promise<unknown>): Promise<unknown> {
    await append({ ...facts, outcome: 'begun' })
    try {
      const answer = await run()
      await append({ ...facts, outcome: answer === undefined ? 'refused' : 'succeeded' })
      return answer
    } catch (error) {
      // the entry before it stands, also if this one cannot be written
      await append({ ...facts, outcome: 'failed', code: codeOf(error) }).catch(() => {})
      throw error
    }
  }

  return {
    async operate(caller, { endpoint: { method, path }, params }, run) {
      const values = Object.values(params)
      const facts = { ...factsOf(caller, `ops/${path}`), target: values.at(-1) }
      if (method !== 'GET') return act(facts, run)
      const answer = await run()
      if (answer !== undefined && (values.length > 0 || path === 'audit/links')) await tally.record(facts)
      return answer
    },
    read: (caller, { operation, ...what }) => tally.record({ ...factsOf(caller, operation), ...what }),
  }
}

function codeOf(error: unknown): string | undefined {
  const { code } = error as { readonly code?: unknown }
  return typeof code === 'string' ? code : undefined
}
