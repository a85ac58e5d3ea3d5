import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { systemEnvironment } from '../config.ts'

/** A whole system that journeys go through. */
export interface JourneySystem {
  /** Its data folder. */
  readonly home: string
  readonly gatewayUrl: string
  /** Where the processes of each service listen themselves. */
  readonly serviceUrls: Readonly<Record<string, readonly string[]>>
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where a worker asks for its system. */
    systemsUrl: string
  }
}

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const main = join(root, 'cli/src/main.ts')

/** Gives each worker that asks a whole system of its own, brought up by the door that everybody uses. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const systems = new Map<string, Promise<JourneySystem>>()
  let last: Promise<JourneySystem | undefined> = Promise.resolve(undefined)
  const systemOf = (worker: string) => {
    // One after the other: the first makes the bundles of all.
    const known = systems.get(worker) ?? last.then(bringUp)
    systems.set(worker, known)
    last = known
    return known
  }
  const server = createServer(({ url = '' }, response) => {
    systemOf(url).then(
      (system) => response.end(JSON.stringify(system)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  project.provide('systemsUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return async () => {
    server.close()
    await Promise.all([...systems.values()].map((system) => system.then(discard)))
  }
}

/** On free ports, with short days and two of those who share work by locks. */
async function bringUp(earlier: JourneySystem | undefined): Promise<JourneySystem> {
  const home = await mkdtemp(join(tmpdir(), 'stoa-journeys-'))
  // as root PostgreSQL runs under another account, which has to get in
  await chmod(home, 0o755)
  if (earlier !== undefined) await symlink(join(earlier.home, 'bundles'), join(home, 'bundles'))
  // so that a journey can take it back to any moment
  await stoa(home, 'archive', 'on')
  await stoa(home, 'up', '--detach', '--ports', 'auto', '--scale', 'order=2', '--scale', 'inventory=2')
  const rows = JSON.parse(await stoa(home, 'ps', '--json')) as { service: string; port: number }[]
  const serviceUrls: Record<string, string[]> = {}
  for (const { service, port } of rows) (serviceUrls[service] ??= []).push(`http://127.0.0.1:${port}`)
  return { home, gatewayUrl: serviceUrls['gateway']?.[0] ?? '', serviceUrls }
}

async function stoa(home: string, ...args: string[]): Promise<string> {
  const env = {
    ...systemEnvironment(home),
    CARRIER_DAY_SECONDS: '1',
    RETURN_WINDOW_DAYS: '5',
    RATE_LIMIT_SCALE: '10000',
  }
  return (await run(process.execPath, [main, ...args], { cwd: root, env, maxBuffer: 2 ** 26 })).stdout
}

async function discard({ home }: JourneySystem): Promise<void> {
  await stoa(home, 'down')
  await rm(home, { recursive: true, force: true })
}
