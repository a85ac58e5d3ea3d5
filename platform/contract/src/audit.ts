/** How an action ended: `begun` is the first of several transactions, which another entry follows unless the process died. */
export type AuditOutcome = 'succeeded' | 'refused' | 'failed' | 'begun'

/** What the audit trail records of an action; never a secret, a body or the name of a person. */
export interface AuditFacts {
  /** What was done: `user.setTier`. */
  readonly operation: string
  /** Who did it: the id of an account, `service:order`, or `anonymous`. */
  readonly actor: string
  readonly actorKind: 'user' | 'service' | 'anonymous'
  readonly outcome: AuditOutcome
  /** The OAuth client whose token was used. */
  readonly client?: string | undefined
  readonly session?: string | undefined
  /** What it was done to: the id of a resource. */
  readonly target?: string | undefined
  /** The ids of the accounts whose data or rights it concerns. */
  readonly persons?: readonly string[]
  /** The code of a refusal. */
  readonly code?: string | undefined
  /** Where the request came from. Only its salted digest is in the chain, so that it can be erased. */
  readonly address?: string | undefined
  /** What else identifies the action, such as the roles that were given. */
  readonly details?: { readonly [name: string]: string | number | boolean }
}
