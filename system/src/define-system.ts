import type { Service } from '@stoa/contract'
import { accessOf, type Access } from '@stoa/contracts/auth/access'
import type { Permissions } from '@stoa/contracts/shared/declared-permission'
import type { Role } from '@stoa/contracts/shared/roles'
import type { Deployment } from './topology.ts'

/** Where a system that runs is reached, for the hints of its start. */
export interface HintPlace {
  /** The gateway. */
  readonly address: string
  /** Whether this process runs. */
  readonly runs: (name: string) => boolean
}

/** What services declare and this system leaves out; anything else that is missing is an error. */
export interface Optional {
  /** Types of events that a service consumes and none publishes. */
  readonly events?: readonly string[]
  /** Services that others call and that are not there; the calls fail. */
  readonly services?: readonly string[]
}

/** A system as its file declares it. */
export interface SystemDeclaration {
  /** The name of its file in `systems/`. */
  readonly name: string
  /** Its processes, from the ground up. Who calls and hears whom follows from their contracts. */
  readonly services: readonly Deployment[]
  /** The roles that its accounts can have. */
  readonly roles: readonly Role[]
  /** The permissions that its contracts declare. */
  readonly permissions: readonly Permissions[]
  readonly optional?: Optional
  /** The demonstration data, of which the seed of each service takes its part; loaded only when it is missing. */
  readonly seed: () => Promise<object>
  /** What to try once it is ready, as lines for people. */
  readonly hints: (place: HintPlace) => readonly string[]
}

/** A system: its processes, and what follows from them. */
export interface System extends SystemDeclaration {
  /** The contracts that clients reach through the gateway. */
  readonly catalogue: readonly Service[]
  /** What each role and scope may do, and all permissions there are. */
  readonly access: Access<string>
}

/** Declares a system, in its own file in `systems/`. */
export function defineSystem(declaration: SystemDeclaration): System {
  const { services, roles, permissions } = declaration
  const declared = Object.assign({}, ...permissions) as Permissions
  return {
    ...declaration,
    // The registry has no routes at the gateway.
    catalogue: services.flatMap(({ contract }) =>
      contract === undefined || contract.name === 'registry' ? [] : [contract],
    ),
    access: accessOf(declared, roles),
  }
}
