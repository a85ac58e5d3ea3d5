import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { systemEnvironment } from '../config.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The data folder of the system that the journeys go through. */
    stoaHome: string
    gatewayUrl: string
    /** Where the processes of each service listen themselves. */
    serviceUrls: Readonly<Record<string, readonly string[]>>
  }
}

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const main = join(root, 'cli/src/main.ts')

/** Brings up a whole system of its own, on free ports, with short days and two of those who share work by locks, by the door that everybody uses. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'stoa-journeys-'))
  // as root PostgreSQL runs under another account, which has to get in
  await chmod(home, 0o755)
  const env = {
    ...systemEnvironment(home),
    CARRIER_DAY_SECONDS: '1',
    RETURN_WINDOW_DAYS: '5',
    RATE_LIMIT_SCALE: '10000',
  }
  const stoa = (...args: string[]) => run(process.execPath, [main, ...args], { cwd: root, env, maxBuffer: 2 ** 26 })
  // so that a journey can take it back to any moment
  await stoa('archive', 'on')
  await stoa('up', '--detach', '--ports', 'auto', '--scale', 'order=2', '--scale', 'inventory=2')
  const { stdout } = await stoa('ps', '--json')
  const rows = JSON.parse(stdout) as { service: string; port: number }[]
  const urls: Record<string, string[]> = {}
  for (const { service, port } of rows) (urls[service] ??= []).push(`http://127.0.0.1:${port}`)
  project.provide('stoaHome', home)
  project.provide('gatewayUrl', urls['gateway']?.[0] ?? '')
  project.provide('serviceUrls', urls)
  return async () => {
    await stoa('down')
    await rm(home, { recursive: true, force: true })
  }
}
