import { execFile, spawn } from 'node:child_process'
import { open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { programOptions, type Cluster } from './cluster.ts'
import { defaultLogLimit, limitServerLog } from './server-log.ts'
import { isPassing, refusalFor } from './start-failure.ts'

/** A running server's first process. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  /** Where its Unix socket is; undefined when it has none. */
  readonly socketFolder: string | undefined
  /** Settles when the process is gone. */
  readonly ended: Promise<void>
}

interface PidFile {
  readonly pid: number
  readonly port: number
  readonly socketFolder: string | undefined
  readonly status: string
}

const run = promisify(execFile)
const pollMs = 10
const adoptedPollMs = 250
const readyTimeoutMs = 120_000
const passingTimeoutMs = 15_000
// No process has it (pid_max is far below), so PostgreSQL takes the file as left behind.
const deadPid = 2147483646

async function readPidFile(folder: string): Promise<PidFile | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  const pid = Number(lines[0])
  // Written in steps: without its port it says nothing yet.
  if (!(pid > 0) || lines.length < 5) return undefined
  return { pid, port: Number(lines[3]), socketFolder: lines[4] || undefined, status: lines[7]?.trim() ?? '' }
}

async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    // Empty for a zombie, which still answers kill(pid, 0).
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')
  }
  return run('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  )
}

async function isPostmaster(pid: number, folder: string): Promise<boolean> {
  const command = await commandOf(pid)
  return command.includes('postgres') && command.includes(folder)
}

/** Finds a postmaster of this cluster that outlived the process that started it. */
export async function findPostmaster(folder: string): Promise<Postmaster | undefined> {
  const file = await readPidFile(folder)
  if (file === undefined) return undefined
  if (!(await isPostmaster(file.pid, folder))) {
    await disownPid(folder)
    return undefined
  }
  const ended = watch(file.pid, folder)
  const ready = await waitForReady(folder, { pid: file.pid, ended })
  return ready && { ...ready, ended }
}

/**
 * Its pid now belongs to another program or a zombie, which PostgreSQL would take for a running server. The rest of the
 * file stays: by its shared memory key the server sees whether backends of the dead postmaster are still there.
 */
async function disownPid(folder: string): Promise<void> {
  const path = join(folder, 'postmaster.pid')
  const [, ...rest] = (await readFile(path, 'utf8')).split('\n')
  const owner = await stat(path)
  const handle = await open(path, 'r+')
  try {
    await handle.truncate(0)
    await handle.write([deadPid, ...rest].join('\n'), 0)
    await handle.chown(owner.uid, owner.gid)
  } finally {
    await handle.close()
  }
}

/** The port of a server of this cluster that takes connections now; only looks, and holds nothing open. */
export async function portOfRunning(folder: string): Promise<number | undefined> {
  const file = await readPidFile(folder)
  if (file === undefined || file.status !== 'ready' || !(await isPostmaster(file.pid, folder))) return undefined
  return file.port
}

async function watch(pid: number, folder: string): Promise<void> {
  while (await isPostmaster(pid, folder)) await delay(adoptedPollMs)
}

/** Undefined when it ends, or takes too long. */
async function waitForReady(
  folder: string,
  { pid, ended }: Pick<Postmaster, 'pid' | 'ended'>,
  timeoutMs = readyTimeoutMs,
): Promise<PidFile | undefined> {
  const giveUpAt = performance.now() + timeoutMs
  let hasEnded = false
  void ended.then(() => {
    hasEnded = true
  })
  while (!hasEnded && performance.now() < giveUpAt) {
    const file = await readPidFile(folder)
    if (file?.pid === pid && file.status === 'ready') return file
    if (file?.status === 'stopping') return undefined
    await delay(pollMs)
  }
  return undefined
}

/** Starts the server and resolves once it accepts connections. @throws AppError with cause and fix */
export async function spawnPostmaster(
  cluster: Cluster,
  port: number,
  options: { readonly readyTimeoutMs?: number } = {},
): Promise<Postmaster> {
  const giveUpAt = performance.now() + passingTimeoutMs
  for (;;) {
    const outcome = await trySpawn(cluster, port, options.readyTimeoutMs)
    if ('pid' in outcome) return outcome
    if (!isPassing(outcome.output) || performance.now() > giveUpAt) throw refusalFor(outcome.output)
    await delay(50)
  }
}

async function trySpawn(
  cluster: Cluster,
  port: number,
  timeoutMs?: number,
): Promise<Postmaster | { readonly output: string }> {
  await removeDeadSockets(cluster)
  await limitServerLog(cluster.logFile, defaultLogLimit.maxBytes)
  const log = await open(cluster.logFile, 'a', 0o600)
  const { size: logStart } = await log.stat()
  // In a session of its own, so that Ctrl-C in the terminal leaves it to us; its log is a file, which outlives us.
  const child = spawn(join(cluster.native, 'bin', 'postgres'), ['-D', cluster.folder, '-p', String(port)], {
    ...programOptions(cluster),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  const ended = new Promise<void>((settle) => {
    child.once('exit', () => settle())
    child.once('error', () => settle())
  })
  await log.close()
  const pid = child.pid
  const ready = pid && (await waitForReady(cluster.folder, { pid, ended }, timeoutMs))
  if (ready) return { ...ready, ended }
  if (pid !== undefined && child.exitCode === null && child.signalCode === null) child.kill('SIGQUIT')
  await ended
  return { output: (await readFile(cluster.logFile)).subarray(logStart).toString() }
}

/** As with disownPid: the pid in the lock of a socket that was left behind may belong to another program now. */
async function removeDeadSockets({ home, folder }: Cluster): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith('.s.PGSQL.') || !name.endsWith('.lock')) continue
    const [pid] = (await readFile(join(home, name), 'utf8').catch(() => '')).split('\n')
    if (await isPostmaster(Number(pid), folder)) continue
    await rm(join(home, name.slice(0, -'.lock'.length)), { force: true })
    await rm(join(home, name), { force: true })
  }
}

/** Stops a server: fast (clients are cut, everything is written), then, if it takes too long, at once. */
export async function stopPostmaster({ pid, ended }: Postmaster, timeoutMs: number): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGINT', timeoutMs],
    ['SIGQUIT', 2_000],
    ['SIGKILL', 2_000],
  ] as const) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      return
    }
    const timer = new AbortController()
    const isGone = await Promise.race([
      ended.then(() => true),
      delay(waitMs, false, { signal: timer.signal }).catch(() => false),
    ])
    timer.abort()
    if (isGone) return
  }
}
