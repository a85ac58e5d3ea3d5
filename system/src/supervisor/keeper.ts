import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { openLogFile, type LogFile } from './log-file.ts'

/** What is known of a process; `unhealthy` is found by asking it, not here. */
export type ProcessState = 'starting' | 'ready' | 'draining' | 'stopped'

/** What a process is started with. */
export interface Program {
  readonly name: string
  /** `order-1`: name and number of the replica. */
  readonly instance: string
  readonly port: number
  readonly entry: string
  readonly flags: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly logPath: string
}

/** What happened to a process. */
export type KeeperEvent =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'ready' }
  /** It ended by itself and is started again after the pause. */
  | { readonly kind: 'died'; readonly pid: number; readonly how: string; readonly retryAfterMs: number }

/** Keeps one process running. */
export interface Keeper {
  readonly program: Program
  readonly pid: number | undefined
  readonly state: ProcessState
  readonly log: LogFile
  /** How often in a row it has ended before it was ever ready. */
  readonly failures: number
  readonly start: () => void
  /** SIGTERM, and SIGKILL when that takes too long; it stays down. */
  readonly stop: (timeoutMs?: number) => Promise<void>
}

interface KeeperOptions {
  readonly onEvent: (event: KeeperEvent) => void
  /** Whether the process on this port says that it is ready. */
  readonly isReady: (port: number) => Promise<boolean>
}

const firstPauseMs = 100
const longestPauseMs = 5_000
const healthyAfterMs = 30_000
const readyPollMs = 50
const stopTimeoutMs = 4_300

/** The pause before the next start after so many ends in a row: 100 ms, doubling to 5 s. */
export function pauseMs(endsInARow: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (endsInARow - 1))
}

/** A keeper that has not started its process yet. Whatever ends by itself is started again, after a growing pause. */
export function makeKeeper(program: Program, { onEvent, isReady }: KeeperOptions): Keeper {
  const log = openLogFile(program.logPath)
  let child: ChildProcess | undefined
  let state: ProcessState = 'stopped'
  let endsInARow = 0
  let failures = 0
  let retry: NodeJS.Timeout | undefined

  const start = () => {
    clearTimeout(retry)
    state = 'starting'
    const startedAt = performance.now()
    const started = spawnProgram(program, log)
    child = started
    started.once('error', () => onEnd(started, 'could not be started', startedAt))
    started.once('exit', (code, signal) => onEnd(started, signal ?? `exit code ${code ?? 0}`, startedAt))
    if (started.pid === undefined) return
    onEvent({ kind: 'started', pid: started.pid })
    void waitUntilReady(
      () => child === started && state === 'starting',
      () => isReady(program.port),
    ).then((isUp) => {
      if (!isUp) return
      state = 'ready'
      failures = 0
      onEvent({ kind: 'ready' })
    })
  }
  const onEnd = (ended: ChildProcess, how: string, startedAt: number) => {
    if (child !== ended) return
    child = undefined
    if (state === 'draining' || state === 'stopped') {
      state = 'stopped'
      return
    }
    if (state === 'starting') failures += 1
    state = 'starting'
    endsInARow = performance.now() - startedAt > healthyAfterMs ? 1 : endsInARow + 1
    const retryAfterMs = pauseMs(endsInARow)
    onEvent({ kind: 'died', pid: ended.pid ?? 0, how, retryAfterMs })
    retry = setTimeout(start, retryAfterMs)
  }
  return {
    program,
    log,
    get pid() {
      return child?.pid
    },
    get state() {
      return state
    },
    get failures() {
      return failures
    },
    start,
    async stop(timeoutMs = stopTimeoutMs) {
      clearTimeout(retry)
      endsInARow = 0
      const stopped = child
      state = stopped === undefined ? 'stopped' : 'draining'
      if (stopped !== undefined) await endProcess(stopped, timeoutMs)
    },
  }
}

async function waitUntilReady(isAwaited: () => boolean, ask: () => Promise<boolean>): Promise<boolean> {
  while (isAwaited()) {
    if (await ask()) return isAwaited()
    await delay(readyPollMs)
  }
  return false
}

function spawnProgram({ entry, flags, environment }: Program, { descriptor }: LogFile): ChildProcess {
  // In a session of its own, so that Ctrl-C in the terminal reaches only us; the channel tells it when we are gone.
  const child = spawn(process.execPath, [...flags, entry], {
    env: environment,
    detached: true,
    stdio: ['ignore', descriptor, descriptor, 'ipc'],
  })
  child.channel?.unref()
  return child
}

async function endProcess(child: ChildProcess, timeoutMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  // A stopped process (SIGSTOP) takes no SIGTERM until it goes on.
  child.kill('SIGTERM')
  child.kill('SIGCONT')
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  await ended
  clearTimeout(timer)
}
