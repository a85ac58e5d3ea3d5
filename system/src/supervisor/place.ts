import { AppError } from '@stoa/kernel'
import { postgresPort, topology, type Deployment } from '../topology.ts'
import { ownSpelling } from './environment.ts'
import { freePort, type WantedPort } from './ports.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Every port of a system by who listens there: a service, `gateway.ADMIN_PORT`, `postgres`. */
export type Ports = ReadonlyMap<string, number>

/** The services to start; the registry always comes along, as the others find each other by it. */
export function chooseServices(only: readonly string[] | undefined): readonly Deployment[] {
  if (only === undefined) return topology
  const unknown = only.filter((name) => !topology.some((each) => each.name === name))
  if (unknown.length > 0) {
    throw new AppError(
      'invalid',
      'system.unknown_service',
      `there is no service ${unknown.join(', ')}: the services are ${topology.map(({ name }) => name).join(', ')}`,
    )
  }
  return topology.filter(({ name }) => name === 'registry' || only.includes(name))
}

/** Where everything listens: as in the topology, as the user's environment says (`ORDER_PORT`), or wherever is free. */
export async function choosePorts(
  services: readonly Deployment[],
  { isAuto, environment }: { readonly isAuto: boolean; readonly environment: Environment },
): Promise<Ports> {
  const ports = new Map<string, number>()
  for (const { key, setting, usual } of listeners(services)) {
    const given = environment[setting]
    if (given !== undefined && given !== '') ports.set(key, parsePort(setting, given))
    else ports.set(key, isAuto ? await unused(ports) : usual)
  }
  // Those that are not started have an address nonetheless, at which nobody answers.
  for (const { name, port } of topology) if (!ports.has(name)) ports.set(name, port)
  return ports
}

/** The ports that must be free, with who wants them. @throws AppError when two want the same */
export function wantedPorts(services: readonly Deployment[], ports: Ports, isPostgresOurs: boolean): WantedPort[] {
  const wanted = listeners(services)
    .filter(({ key }) => isPostgresOurs || key !== 'postgres')
    .map(({ key, who }) => ({ who, port: ports.get(key) ?? 0 }))
  for (const [port, each] of Map.groupBy(wanted, (one) => one.port)) {
    if (each.length < 2) continue
    const names = each.map(({ who }) => who).join(' and ')
    throw new AppError(
      'invalid',
      'system.bad_setting',
      `${names} are both to listen on port ${port}: give them different ones`,
    )
  }
  return wanted
}

interface Listener {
  readonly key: string
  readonly who: string
  /** The setting of the user's that moves it. */
  readonly setting: string
  readonly usual: number
}

function listeners(services: readonly Deployment[]): Listener[] {
  return [
    { key: 'postgres', who: 'PostgreSQL', setting: 'STOA_POSTGRES_PORT', usual: postgresPort },
    ...services.flatMap(({ name, port, furtherPorts = {} }) => [
      { key: name, who: name, setting: ownSpelling(name, 'PORT'), usual: port },
      ...Object.entries(furtherPorts).map(([setting, usual]) => ({
        key: `${name}.${setting}`,
        who: `${name}, ${setting}`,
        setting: ownSpelling(name, setting),
        usual,
      })),
    ]),
  ]
}

function parsePort(setting: string, text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port
  throw new AppError('invalid', 'system.bad_setting', `${setting} is "${text}", expected a port from 1 to 65535`)
}

async function unused(ports: Ports): Promise<number> {
  for (;;) {
    const port = await freePort()
    if (![...ports.values()].includes(port)) return port
  }
}
