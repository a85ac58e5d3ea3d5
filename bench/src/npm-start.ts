import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A system as a user starts it: `npm start`, in the foreground. */
export interface NpmStart {
  /** From exec until it says that it is ready. */
  readonly seconds: number
  /** Of npm; what it has started is the system. */
  readonly pid: number
  /** Waits until it has ended. */
  readonly ended: Promise<void>
}

/** Runs `npm start` with these options and answers when it is ready. @throws with what it said, when it ends before */
export async function npmStart(
  options: readonly string[],
  place: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<NpmStart> {
  const startedAt = performance.now()
  const child = spawn('npm', ['start', '--', '--ports', 'auto', ...options], {
    ...place,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit').then(() => {})
  await untilReady(child)
  return { seconds: (performance.now() - startedAt) / 1_000, pid: child.pid ?? 0, ended }
}

async function untilReady(child: ChildProcess): Promise<void> {
  let text = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onText = (chunk: Buffer) => {
    text += chunk.toString()
    if (text.includes('Stoa is ready')) resolve()
  }
  child.stdout?.on('data', onText)
  child.stderr?.on('data', onText)
  child.once('exit', () => reject(new Error(`npm start has ended: ${text}`)))
  await promise
}
