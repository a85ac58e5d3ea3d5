import type { AppError } from '@stoa/kernel'
import type { Deployment } from '@stoa/system/topology'
import { systemError } from '@stoa/system/system-errors'

/** Which of the system is started, and how often. */
export interface Choice {
  /** Only these services, and the registry. */
  readonly only?: readonly string[] | undefined
  /** All but these. */
  readonly without?: readonly string[] | undefined
  /** How many processes a service has, where it is not the number of the topology. */
  readonly scale?: ReadonlyMap<string, number> | undefined
}

const mostReplicas = 20

/** The services to start; the registry always comes along, as the others find each other by it. */
export function chooseServices(
  services: readonly Deployment[],
  { only, without = [], scale = new Map() }: Choice,
  { isPacked = false } = {},
): readonly Deployment[] {
  requireKnown(services, [...(only ?? []), ...without, ...scale.keys()])
  if (without.includes('registry')) {
    throw refused('the registry is required: services find each other through it')
  }
  const chosen = services.filter(
    ({ name }) => name === 'registry' || ((only === undefined || only.includes(name)) && !without.includes(name)),
  )
  for (const [name, count] of scale) requireCount(name, count, chosen)
  const several = [...scale].find(([, count]) => count > 1)
  if (isPacked && several !== undefined) {
    throw refused(`--pack runs each service once: omit --pack to run ${several.join(' ')} times`)
  }
  return chosen.map((each) => ({ ...each, replicas: scale.get(each.name) ?? each.replicas }))
}

function requireKnown(services: readonly Deployment[], names: readonly string[]): void {
  const unknown = names.filter((name) => !services.some((each) => each.name === name))
  if (unknown.length === 0) return
  throw systemError(
    'system.unknown_service',
    `there is no service ${unknown.join(', ')}: the services are ${services.map(({ name }) => name).join(', ')}`,
  )
}

function requireCount(name: string, count: number, chosen: readonly Deployment[]): void {
  if (!chosen.some((each) => each.name === name))
    throw refused(`${name} is both scaled and excluded: use one or the other`)
  if (!Number.isInteger(count) || count < 1 || count > mostReplicas) {
    throw refused(`${name} is scaled to ${count}, expected 1 to ${mostReplicas}`)
  }
  if (name === 'registry' && count > 1) {
    throw refused('the registry cannot be scaled: every process uses its single address')
  }
}

function refused(detail: string): AppError {
  return systemError('system.bad_setting', detail)
}
