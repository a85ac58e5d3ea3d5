import { postgresPort, type Deployment } from '@stoa/system/topology'
import { ownSpelling } from './environment.ts'
import { freePort } from './free-port.ts'
import type { WantedPort } from './ports.ts'
import { replicasOf } from './replicas.ts'
import { systemError } from '@stoa/system/system-errors'

type Environment = Readonly<Record<string, string | undefined>>

/** Every port of a system by who listens there: a service, `order-2`, `gateway.ADMIN_PORT`, `postgres`. */
export type Ports = ReadonlyMap<string, number>

/**
 * Where everything listens: as the system says, as the user's environment says (`ORDER_PORT`), or wherever is free, as
 * further replicas do.
 */
export async function choosePorts(
  services: readonly Deployment[],
  {
    isAuto,
    environment,
    all = services,
  }: {
    readonly isAuto: boolean
    readonly environment: Environment
    /** Those of the system, of which only some may be started. */
    readonly all?: readonly Deployment[]
  },
): Promise<Ports> {
  const ports = new Map<string, number>()
  const wanted = listeners(services)
  const taken = new Set(wanted.flatMap(({ usual }) => usual ?? []))
  for (const { key, setting, usual } of wanted) {
    const given = environment[setting]
    if (given !== undefined && given !== '') ports.set(key, parsePort(setting, given))
    else if (usual !== undefined && !isAuto) ports.set(key, usual)
  }
  for (const { key } of wanted) if (!ports.has(key)) ports.set(key, await unused([...taken, ...ports.values()]))
  // Services that are not started still have an address, at which nothing listens.
  for (const { name, port } of all) if (!ports.has(name)) ports.set(name, port)
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
    throw systemError('system.bad_setting', `${names} use the same port ${port}: give them different ports`)
  }
  return wanted
}

interface Listener {
  readonly key: string
  readonly who: string
  /** The setting of the user's that moves it: `ORDER_PORT`, `ORDER_2_PORT`. */
  readonly setting: string
  /** Of a first replica; the others have none. */
  readonly usual: number | undefined
}

function listeners(services: readonly Deployment[]): Listener[] {
  return [
    { key: 'postgres', who: 'PostgreSQL', setting: 'STOA_POSTGRES_PORT', usual: postgresPort },
    ...replicasOf(services).flatMap(({ deployment: { name, port, furtherPorts = {} }, key }) => [
      { key, who: key, setting: ownSpelling(key, 'PORT'), usual: key === name ? port : undefined },
      ...Object.entries(furtherPorts).map(([setting, usual]) => ({
        key: `${key}.${setting}`,
        who: `${key}, ${setting}`,
        setting: ownSpelling(key, setting),
        usual: key === name ? usual : undefined,
      })),
    ]),
  ]
}

function parsePort(setting: string, text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port
  throw systemError('system.bad_setting', `${setting} is "${text}", expected a port from 1 to 65535`)
}

async function unused(ports: readonly number[]): Promise<number> {
  for (;;) {
    const port = await freePort()
    if (!ports.includes(port)) return port
  }
}
