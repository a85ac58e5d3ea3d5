import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises'
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
    /** As many as there are workers. */
    systems: readonly JourneySystem[]
  }
}

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const main = join(root, 'cli/src/main.ts')

/** Brings up a whole system for each worker, by the door that everybody uses. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const systems: JourneySystem[] = []
  const stopAll = async () => void (await Promise.all(systems.map(({ home }) => discard(home))))
  try {
    // One after the other: the first makes the bundles of all.
    for (let worker = 0; worker < project.config.maxWorkers; worker++) systems.push(await bringUp(systems[0]))
  } catch (error) {
    await stopAll()
    throw error
  }
  project.provide('systems', systems)
  return stopAll
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

async function discard(home: string): Promise<void> {
  await stoa(home, 'down')
  await rm(home, { recursive: true, force: true })
}
