import type { AccessTable } from './principal.ts'

/** A permission that is added to a table while the process runs. */
export interface AddedPermission {
  readonly roles: readonly string[]
  readonly isForPartners?: boolean | undefined
}

/** An access table that gains and loses permissions while the process runs. */
export interface LiveAccess {
  /** Its `roles` and `scopes` are replaced as a whole. */
  readonly table: AccessTable
  /** Replaces what was added. A permission that the table had from the start stays as it is. */
  readonly replaceAdded: (added: Readonly<Record<string, AddedPermission>>) => void
}

/** Makes one from a table. Only roles of the table get added permissions. */
export function liveAccess(base: AccessTable): LiveAccess {
  const own = new Set(Object.values(base.roles).flat())
  let { roles, scopes } = base
  let current = '{}'

  function replaceAdded(added: Readonly<Record<string, AddedPermission>>): void {
    const next = Object.entries(added).filter(([name]) => !own.has(name))
    const text = JSON.stringify(next)
    if (text === current) return
    current = text
    roles = Object.fromEntries(
      Object.entries(base.roles).map(([role, names]) => {
        const gained = next.filter(([, permission]) => permission.roles.includes(role))
        return [role, [...names, ...gained.map(([name]) => name)]]
      }),
    )
    scopes = Object.fromEntries(
      Object.entries(base.scopes).map(([scope, names]) => {
        const partners = next.filter(([, permission]) => permission.isForPartners === true).map(([name]) => name)
        return [scope, scope === 'service:external' && names !== 'all' ? [...names, ...partners] : names]
      }),
    )
  }

  return {
    table: {
      get roles() {
        return roles
      },
      get scopes() {
        return scopes
      },
    },
    replaceAdded,
  }
}
