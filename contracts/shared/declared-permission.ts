import type { GrantableRole } from './roles.ts'

/** A permission, as the contract that asks for it declares it. */
export interface DeclaredPermission {
  /** What it lets a program do, as the consent page lists it: `cancel your orders`. */
  readonly description: string
  /** The roles that have it; `admin` always has it. */
  readonly roles: readonly GrantableRole[]
  /** Whether the scope `service:external`, for the programs of partners, includes it; false by default. */
  readonly isForPartners?: boolean
}

/**
 * The permissions of a contract, by name. `x:y` applies to resources of the caller or without an owner, `x:y:any` also to
 * resources of others.
 */
export interface Permissions {
  readonly [permission: string]: DeclaredPermission
}
