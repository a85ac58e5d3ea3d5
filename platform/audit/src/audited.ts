import type { Caller, Operation } from '@stoa/contract'

/** What decides whether a request is recorded. */
export type AuditedOperation = Pick<Operation, 'audited' | 'permission' | 'owner'>

/**
 * Returns whether a request is recorded. An operation that declares `audited` always or never is; any other one is recorded if the
 * caller reads or changes what may belong to others, by a permission that ends in `:any`.
 */
export function isAudited(
  { audited, permission, owner }: AuditedOperation,
  caller: Caller,
  ownerId: string | undefined,
): boolean {
  if (audited !== undefined) return audited
  if (caller.kind !== 'user' || permission === 'public' || permission === 'service') return false
  if (owner === 'none') return caller.can(`${permission}:any`)
  return ownerId !== undefined && ownerId !== caller.subject
}

/** The owner that the path or the body of a response names; undefined if the operation has none. */
export function personOf(owner: string, params: Readonly<Record<string, string>>, body: unknown): string | undefined {
  if (owner === 'none') return undefined
  if (owner.startsWith('path:')) return params[owner.slice('path:'.length)]
  const value: unknown =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[owner] : undefined
  return typeof value === 'string' ? value : undefined
}
