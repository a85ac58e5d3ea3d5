import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { eventually } from '@stoa/testing'
import pg from 'pg'
import { systemEnvironment } from '../config.ts'
import { callees } from './definitions.ts'
import { openFaultProxy, type FaultProxy } from './fault-proxy.ts'
import { openRegistryFront } from './registry-front.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const main = join(root, 'cli/src/main.ts')
// So many behind each callee that a case whose calls all fail opens only some of their breakers.
const instancesShown = 24

/** A process as `stoa ps` tells it. */
export interface Row {
  readonly service: string
  /** `order-2` */
  readonly instance: string
  readonly pid: number | null
  readonly port: number
  readonly state: string
}

/** An instance as the registry tells it. */
interface Instance {
  readonly metadata: Readonly<Record<string, string>>
}

/** A system of real processes whose order reaches its callees through the fault proxy. */
export interface RunningSystem {
  readonly proxy: FaultProxy
  readonly gatewayUrl: string
  readonly rows: () => Promise<readonly Row[]>
  /** What the registry knows of a service. */
  readonly instancesOf: (service: string) => Promise<readonly Instance[]>
  /** The database of a service, as its own role. */
  readonly database: (service: string) => pg.Pool
  readonly stoa: (...args: string[]) => Promise<string>
  /** kill -9 of a process, by `order-2`, and back when it is gone. */
  readonly kill: (instance: string) => Promise<void>
  /** All processes are ready. */
  readonly untilReady: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Brings up a whole system of its own, on free ports, with days of a second and so many processes of order. */
export async function startSystem(replicas: number): Promise<RunningSystem> {
  const home = await mkdtemp(join(tmpdir(), 'stoa-matrix-'))
  // as root PostgreSQL runs under another account, which has to get in
  await chmod(home, 0o755)
  const read = async (file: string) => JSON.parse(await readFile(join(home, file), 'utf8'))
  const proxy = await openFaultProxy(callees, instancesShown)
  const front = await openRegistryFront(callees, proxy, async () => (await read('ports.json')).registry)
  const env = {
    ...systemEnvironment(home),
    ORDER_REGISTRY_URL: front.url,
    AUTO_PICK: 'false',
    CARRIER_DAY_SECONDS: '1',
    // days as short as that; a return is asked for when the run comes to it
    RETURN_WINDOW_DAYS: '365',
    RATE_LIMIT_SCALE: '100000',
  }
  const stoa = async (...args: string[]) =>
    (await run(process.execPath, [main, ...args], { cwd: root, env, maxBuffer: 2 ** 26 })).stdout
  const close = async () => {
    await stoa('down')
    front.close()
    await proxy.close()
    await rm(home, { recursive: true, force: true })
  }
  try {
    await stoa('up', '--detach', '--ports', 'auto', '--scale', `order=${replicas}`)
    const [ports, secrets] = await Promise.all([read('ports.json'), read('secrets.json')])
    return makeSystem({ proxy, stoa, close, ports, passwords: secrets.databasePasswords })
  } catch (error) {
    await close()
    throw error
  }
}

interface Parts {
  readonly proxy: FaultProxy
  readonly stoa: RunningSystem['stoa']
  readonly close: () => Promise<void>
  readonly ports: Readonly<Record<string, number>>
  readonly passwords: Readonly<Record<string, string>>
}

function makeSystem({ proxy, stoa, close, ports, passwords }: Parts): RunningSystem {
  const pools = new Map<string, pg.Pool>()
  const rows = async () => JSON.parse(await stoa('ps', '--json')) as Row[]
  const open = (service: string) => {
    const role = `stoa_${service}`
    const server = { host: '127.0.0.1', port: ports['postgres'], max: 20 }
    return new pg.Pool({ ...server, user: role, password: passwords[service], database: role }).on('error', () => {})
  }
  return {
    proxy,
    stoa,
    rows,
    gatewayUrl: `http://127.0.0.1:${ports['gateway']}`,
    async instancesOf(service) {
      const answer = await fetch(`http://127.0.0.1:${ports['registry']}/api/services`)
      const { items } = (await answer.json()) as { items: { service: string; instances: Instance[] }[] }
      return items.find((each) => each.service === service)?.instances ?? []
    },
    database(service) {
      const pool = pools.get(service) ?? open(service)
      pools.set(service, pool)
      return pool
    },
    async kill(instance) {
      const row = (await rows()).find((each) => each.instance === instance)
      if (row?.pid === undefined || row.pid === null) throw new Error(`${instance} does not run`)
      await killAndWait(row.pid)
    },
    untilReady: () =>
      eventually(async () => {
        const late = (await rows()).filter(({ state }) => state !== 'ready')
        if (late.length > 0) throw new Error(`not ready: ${late.map(({ service }) => service).join(', ')}`)
      }),
    async stop() {
      await Promise.all([...pools.values()].map((pool) => pool.end()))
      await close()
    },
  }
}

/** kill -9, and back when the process is gone. */
async function killAndWait(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL')
  await eventually(() => {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    throw new Error(`process ${pid} is still there`)
  })
}
