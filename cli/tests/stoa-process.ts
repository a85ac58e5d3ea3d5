import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { discardPostgres } from '@stoa/supervisor/postgres/start-postgres'
import { askSupervisor, type ProcessRow } from '@stoa/supervisor/control'
import { dataFolderAt } from '@stoa/supervisor/data-folder'

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** What a command came to. */
export interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A supervisor in the foreground, as a terminal would run it. */
export interface Foreground {
  readonly process: ChildProcess
  readonly ready: Promise<void>
  readonly ended: Promise<Outcome>
}

/** The command line on a data folder of its own. */
export interface Stoa {
  readonly home: string
  readonly run: (...args: string[]) => Promise<Outcome>
  readonly up: (options?: { args?: readonly string[]; env?: Readonly<Record<string, string>> }) => Foreground
  readonly ps: () => Promise<ProcessRow[]>
  readonly row: (service: string) => Promise<ProcessRow>
  /** Stops whatever runs and deletes the folder. */
  readonly discard: () => Promise<void>
}

/** A data folder of its own; the bundled code, which is the same for all, is kept in a folder that they share. */
export async function makeStoa(bundles: string): Promise<Stoa> {
  const home = await mkdtemp(join(tmpdir(), 'stoa-home-'))
  // Root's server runs under an account that has to reach it.
  await chmod(home, 0o755)
  await symlink(bundles, join(home, 'bundles'))
  const started: ChildProcess[] = []
  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, NO_COLOR: '1', DATABASE_URL: '', STOA_HOME: home, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    started.push(child)
    return child
  }
  const run = (...args: string[]) => collect(start(args)).ended
  const ps = async () => JSON.parse((await run('ps', '--json')).out) as ProcessRow[]
  return {
    home,
    run,
    up: ({ args = ['--only', 'auth,payment', '--ports', 'auto'], env = {} } = {}) => {
      const child = start(['up', ...args], env)
      return { process: child, ...collect(child) }
    },
    ps,
    async row(service) {
      const found = (await processesOf(home)).find((each) => each.service === service)
      if (found === undefined) throw new Error(`no row of ${service}`)
      return found
    },
    async discard() {
      await run('down')
      for (const child of started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      await discardPostgres(join(home, 'postgres'))
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** What `stoa ps` lists of a running system, asked of the supervisor itself: a poll is not to cost a process. */
export function processesOf(home: string): Promise<ProcessRow[]> {
  return askSupervisor<ProcessRow[]>(dataFolderAt(home), { command: 'ps' })
}

function collect(child: ChildProcess): { ready: Promise<void>; ended: Promise<Outcome> } {
  let out = ''
  let err = ''
  const ready = Promise.withResolvers<void>()
  ready.promise.catch(() => {})
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    if (out.includes('is ready')) ready.resolve()
  })
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const ended = once(child, 'close').then(([code]) => {
    ready.reject(new Error(`it ended before it was ready: ${err}`))
    return { code: code as number | null, out, err }
  })
  return { ready: ready.promise, ended }
}

/** Whether a process runs; one that has ended and was not waited for does not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return !/\) Z/.test(stat)
}

/** Sends a signal to a process whose id may be missing. */
export function signal({ pid }: { readonly pid?: number | null | undefined }, name: NodeJS.Signals): void {
  if (pid === null || pid === undefined) throw new Error('no process')
  process.kill(pid, name)
}
