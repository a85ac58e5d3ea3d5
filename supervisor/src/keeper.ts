import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { openLogFile, type LogFile } from './log-file.ts'

/** What is known of a process; `unhealthy` is found by asking it, not here. */
export type ProcessState = 'starting' | 'ready' | 'draining' | 'stopped'

/** What a process is started with. */
export interface Program {
  /** What people know it by: `order`, or `order-2` where there are several. */
  readonly name: string
  /** All must answer that they are ready. */
  readonly ports: readonly number[]
  readonly entry: string
  readonly flags: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly logPath: string
  /** It is ended by force when its stop takes longer. */
  readonly stopTimeoutMs: number
}

/** What happened to a process. */
export type KeeperEvent =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'ready' }
  /** It has loaded a file of the sources. */
  | { readonly kind: 'loaded'; readonly url: string }
  /** It ended by itself and is started again after the pause. */
  | { readonly kind: 'died'; readonly pid: number; readonly how: string; readonly retryAfterMs: number }

/** Keeps one process running. */
export interface Keeper<P extends Program = Program> {
  readonly program: P
  readonly pid: number | undefined
  readonly state: ProcessState
  readonly log: LogFile
  /** Its ports that have not yet reported since its last start that they are ready. */
  readonly awaitedPorts: readonly number[]
  /** How often in a row it has ended before it was ever ready. */
  readonly failures: number
  /**
   * How often in a row it has ended soon after its start, once that is three times, until it has been ready for half a minute:
   * such a process is failing, even if it is ready for a moment in between. Else 0.
   */
  readonly failedStarts: number
  readonly start: () => void
  /** SIGTERM, and SIGKILL when that takes too long; it stays down. */
  readonly stop: () => Promise<void>
}

interface KeeperOptions {
  readonly onEvent: (event: KeeperEvent) => void
  /** Returns whether the process on this port reports that it is ready. */
  readonly isReady: (port: number) => Promise<boolean>
}

const firstPauseMs = 100
const longestPauseMs = 5_000
const healthyAfterMs = 30_000
const failingAfterEnds = 3
const readyPollMs = 50

/** The pause before the next start after so many ends in a row: 100 ms, doubling to 5 s. */
export function pauseMs(endsInARow: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (endsInARow - 1))
}

interface Kept extends KeeperOptions {
  readonly program: Program
  readonly log: LogFile
  child: ChildProcess | undefined
  state: ProcessState
  awaitedPorts: readonly number[]
  failures: number
  endsInARow: number
  startedAt: number
  retry: NodeJS.Timeout | undefined
}

/** A keeper that has not started its process yet. A process that exits is restarted, after a growing delay. */
export function makeKeeper<P extends Program>(program: P, options: KeeperOptions): Keeper<P> {
  const log = openLogFile(program.logPath)
  const start = {
    child: undefined,
    state: 'stopped',
    awaitedPorts: program.ports,
    failures: 0,
    endsInARow: 0,
    startedAt: 0,
    retry: undefined,
  } as const
  const kept: Kept = { ...options, ...start, program, log }
  return {
    program,
    log,
    get pid() {
      return kept.child?.pid
    },
    get state() {
      return kept.state
    },
    get awaitedPorts() {
      return kept.awaitedPorts
    },
    get failures() {
      return kept.failures
    },
    get failedStarts() {
      return isFailing(kept) ? kept.endsInARow : 0
    },
    start: () => startProcess(kept),
    async stop() {
      clearTimeout(kept.retry)
      kept.endsInARow = 0
      const { child } = kept
      kept.state = child === undefined ? 'stopped' : 'draining'
      if (child !== undefined) await endProcess(child, program.stopTimeoutMs)
    },
  }
}

function isFailing({ state, endsInARow, startedAt }: Kept): boolean {
  if (endsInARow < failingAfterEnds || state === 'draining' || state === 'stopped') return false
  return state !== 'ready' || performance.now() - startedAt <= healthyAfterMs
}

function startProcess(kept: Kept): void {
  const { program, log, onEvent } = kept
  clearTimeout(kept.retry)
  kept.state = 'starting'
  kept.awaitedPorts = program.ports
  const startedAt = performance.now()
  kept.startedAt = startedAt
  const child = spawnProgram(program, log)
  kept.child = child
  child.once('error', () => onEnd(kept, child, 'could not be started', startedAt))
  child.once('exit', (code, signal) => onEnd(kept, child, signal ?? `exit code ${code ?? 0}`, startedAt))
  child.on('message', (message) => {
    if (typeof message === 'object' && 'loaded' in message) onEvent({ kind: 'loaded', url: String(message.loaded) })
  })
  if (child.pid === undefined) return
  onEvent({ kind: 'started', pid: child.pid })
  const isAwaited = () => kept.child === child && kept.state === 'starting'
  void waitUntilReady(kept, isAwaited).then((isUp) => {
    if (!isUp) return
    kept.state = 'ready'
    kept.failures = 0
    onEvent({ kind: 'ready' })
  })
}

function onEnd(kept: Kept, child: ChildProcess, how: string, startedAt: number): void {
  if (kept.child !== child) return
  kept.child = undefined
  if (kept.state === 'draining' || kept.state === 'stopped') {
    kept.state = 'stopped'
    return
  }
  if (kept.state === 'starting') kept.failures += 1
  kept.state = 'starting'
  kept.endsInARow = performance.now() - startedAt > healthyAfterMs ? 1 : kept.endsInARow + 1
  const retryAfterMs = pauseMs(kept.endsInARow)
  kept.onEvent({ kind: 'died', pid: child.pid ?? 0, how, retryAfterMs })
  kept.retry = setTimeout(() => startProcess(kept), retryAfterMs)
}

/** Asks each port until it was ready once: on a busy machine they are rarely all answering within one moment. */
async function waitUntilReady(kept: Kept, isAwaited: () => boolean): Promise<boolean> {
  while (isAwaited()) {
    const [port] = kept.awaitedPorts
    if (port === undefined) return true
    const isPortReady = await kept.isReady(port)
    if (!isAwaited()) return false
    if (isPortReady) kept.awaitedPorts = kept.awaitedPorts.slice(1)
    else await delay(readyPollMs)
  }
  return false
}

function spawnProgram({ entry, flags, environment }: Program, { descriptor }: LogFile): ChildProcess {
  // In its own session, so that Ctrl-C in the terminal reaches only us; the channel closes when we exit.
  const child = spawn(process.execPath, [...flags, entry], {
    env: environment,
    detached: true,
    stdio: ['ignore', descriptor, descriptor, 'ipc'],
  })
  // A listener for its messages would hold it again.
  child.channel?.unref()
  return child
}

async function endProcess(child: ChildProcess, timeoutMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  // A stopped process (SIGSTOP) takes no SIGTERM until it continues.
  child.kill('SIGTERM')
  child.kill('SIGCONT')
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  await ended
  clearTimeout(timer)
}
