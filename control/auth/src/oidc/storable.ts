import { errors, type Adapter } from 'oidc-provider'

/** Whether PostgreSQL can store all text of a value: none has a NUL character or half of a surrogate pair. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, item]) => isStorable(name) && isStorable(item))
}

/**
 * An adapter that rejects with `invalid_request` whatever PostgreSQL cannot store or look up. All that comes from outside
 * reaches the database here, by whichever parameter or endpoint.
 */
export function storableOnly(adapter: Adapter): Adapter {
  const guard =
    <Args extends readonly unknown[], Result>(method: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      args.every(isStorable)
        ? method(...args)
        : Promise.reject(new errors.InvalidRequest('a parameter contains a character that cannot be stored'))
  return {
    upsert: guard(adapter.upsert as (id: string, payload: object, expiresIn: number) => Promise<void>),
    find: guard(adapter.find as (id: string) => Promise<never>),
    findByUid: guard(adapter.findByUid as (uid: string) => Promise<never>),
    findByUserCode: guard(adapter.findByUserCode as (userCode: string) => Promise<never>),
    consume: guard(adapter.consume),
    destroy: guard(adapter.destroy),
    revokeByGrantId: guard(adapter.revokeByGrantId),
  }
}
