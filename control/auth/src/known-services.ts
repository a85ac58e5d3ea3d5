import { addedPermissions } from '@stoa/contracts/auth/access'
import { followRoutes, type ServiceRoutes } from '@stoa/discovery'
import { liveAccess } from '@stoa/security'
import { routesFileOf } from '@stoa/service'
import type { Telemetry } from '@stoa/telemetry'
import { runningSystem } from '@stoa/system/running-system'

/** A service that an operator has added to the system that runs. */
export interface AddedService {
  /** The full names of the methods that it may call, by callee. */
  readonly calls: ReadonlyMap<string, readonly string[]>
  readonly secretFingerprint: string
}

const live = liveAccess(runningSystem.access)
let descriptions: ReadonlyMap<string, string> = new Map()
let services: ReadonlyMap<string, AddedService> = new Map()

/** What roles and scopes may do, in the system and in the services that were added to it. */
export const knownAccess = live.table

/** The names of all permissions, sorted. */
export function knownPermissions(): readonly string[] {
  return [...new Set([...runningSystem.access.permissions, ...descriptions.keys()])].sort()
}

/** What a permission lets a program do; undefined for an unknown one. */
export function describePermission(name: string): string | undefined {
  const declared = new Map(Object.entries(runningSystem.access.declared)).get(name)
  return declared?.description ?? descriptions.get(name)
}

/** A service that was added; those of the system are not among them. */
export function findAddedService(name: string): AddedService | undefined {
  return services.get(name)
}

/** Replaces what is known of added services by what the registry tells. A service of the system keeps its declared calls and its secret. */
export function takeAddedServices(told: readonly ServiceRoutes[]): void {
  const system = new Set(['gateway', 'registry', ...runningSystem.catalogue.map(({ name }) => name)])
  const added = told.filter(({ service, accepted }) => accepted !== undefined && !system.has(service))
  const acceptances = added.flatMap(({ accepted }) => (accepted === undefined ? [] : [accepted]))
  live.replaceAdded(addedPermissions(acceptances))
  descriptions = new Map(
    acceptances.flatMap(({ permissions }) =>
      Object.entries(permissions).map(([name, { description }]) => [name, description] as const),
    ),
  )
  services = new Map(
    added.flatMap(({ service, accepted, secretFingerprint }) =>
      accepted === undefined || secretFingerprint === undefined
        ? []
        : [[service, { calls: new Map(Object.entries(accepted.calls)), secretFingerprint }] as const],
    ),
  )
}

/** Follows the services that are added, until the returned function is called. Without the registry, or with a file that cannot be used, the last known stay. @throws ConfigError for a wrong file */
export async function followAddedServices(
  { registryUrl, routesFile }: { readonly registryUrl: string; readonly routesFile: string | undefined },
  { logger }: Pick<Telemetry, 'logger'>,
): Promise<() => Promise<void>> {
  const file = await routesFileOf('auth', routesFile)
  const follower = {
    onRoutes: async (told: readonly ServiceRoutes[]) => takeAddedServices(told),
    onLost: (reason: string) => logger.debug('the added services cannot be followed', { reason }),
  }
  const followed = file === undefined ? followRoutes({ registryUrl, ...follower }) : file.follow(follower)
  return followed.close
}
