import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { benchEnvironment } from './config.ts'
import { onInterrupt } from './interrupts.ts'
import { npmStart, type NpmStart } from './npm-start.ts'

const run = promisify(execFile)
const thisTree = new URL('../../', import.meta.url).pathname

/** A row of `stoa ps --json`. */
export interface RunningProcess {
  readonly service: string
  readonly pid: number
  readonly port: number
  readonly state: string
}

/** A whole system of its own, in a folder of its own, on free ports. */
export interface SystemUnderTest {
  readonly gatewayUrl: string
  readonly processes: () => Promise<readonly RunningProcess[]>
  readonly stoa: (...args: string[]) => Promise<string>
  /** Starts it with these options of `stoa up` beside its own; answers the seconds from exec to ready. */
  readonly start: (...options: string[]) => Promise<number>
  /** The same by `npm start`, in the foreground. */
  readonly npmStart: (...options: string[]) => Promise<NpmStart>
  readonly stop: () => Promise<void>
  /** Stops it, also while it starts, and deletes its folder; an interrupted bench does so too. */
  readonly remove: () => Promise<void>
}

/** Makes a system of the code in `root` that is not started yet; the same data folder serves every start of it. */
export async function makeSystem(
  settings: Readonly<Record<string, string>> = {},
  root = thisTree,
): Promise<SystemUnderTest> {
  const main = join(root, 'cli/src/main.ts')
  const home = await mkdtemp(join(tmpdir(), 'stoa-bench-'))
  // as root PostgreSQL runs under another account, which has to get in
  await chmod(home, 0o755)
  const env = { ...benchEnvironment(), RATE_LIMIT_SCALE: '100000', STOA_HOME: home, ...settings }
  const state = { gatewayUrl: '' }
  const stoa = async (...args: string[]) =>
    (await run(process.execPath, [main, ...args], { cwd: root, env, maxBuffer: 2 ** 26 })).stdout
  const starting = new Set<ChildProcess>()
  let removing: Promise<void> | undefined
  const end = async () => {
    // One that is killed before it is ready stops what it has started.
    await Promise.all([...starting].map(endOf))
    await stoa('down').catch(() => {})
    await rm(home, { recursive: true, force: true })
  }
  const remove = () => (removing ??= end().finally(forget))
  const forget = onInterrupt(remove)
  const processes = async () => JSON.parse(await stoa('ps', '--json')) as RunningProcess[]
  return {
    get gatewayUrl() {
      return state.gatewayUrl
    },
    stoa,
    processes,
    async start(...options) {
      const startedAt = performance.now()
      if (removing !== undefined) throw new Error('the bench was interrupted')
      const child = spawn(process.execPath, [main, 'up', '--detach', '--ports', 'auto', ...options], {
        cwd: root,
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      starting.add(child)
      await waitFor(child).finally(() => starting.delete(child))
      const seconds = (performance.now() - startedAt) / 1_000
      const gateway = (await processes()).find(({ service }) => service === 'gateway')
      state.gatewayUrl = `http://127.0.0.1:${gateway?.port}`
      return seconds
    },
    npmStart: (...options) => npmStart(options, { cwd: root, env }),
    stop: async () => void (await stoa('down')),
    remove,
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

async function waitFor(child: ReturnType<typeof spawn>): Promise<void> {
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve))
  if (code !== 0) throw new Error(`the system did not start (exit code ${code})`)
}

/** What every figure of this machine is to be read with. */
export function machineSettings(): Record<string, string | number> {
  return { cores: cpus().length, node: process.version, date: new Date().toISOString().slice(0, 10), fsync: 'on' }
}
