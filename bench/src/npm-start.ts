import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { onInterrupt } from './interrupts.ts'

/** A system as a user starts it: `npm start`, in the foreground. */
export interface NpmStart {
  /** From exec until it says that it is ready. */
  readonly seconds: number
  /** Of npm; what it has started is the system. */
  readonly pid: number
  /** The first match in what it says from now on. */
  readonly next: (pattern: RegExp) => Promise<RegExpExecArray>
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
  const forget = onInterrupt(() => {
    child.kill('SIGTERM')
    return ended
  })
  void ended.then(forget)
  await nextMatch(child, /Stoa is ready/)
  return {
    seconds: (performance.now() - startedAt) / 1_000,
    pid: child.pid ?? 0,
    ended,
    next: (pattern) => nextMatch(child, pattern),
  }
}

async function nextMatch(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let text = ''
  const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>()
  const onText = (chunk: Buffer) => {
    text += chunk.toString()
    const found = pattern.exec(text)
    if (found !== null) resolve(found)
  }
  const onExit = () => reject(new Error(`npm start has ended: ${text}`))
  for (const output of [child.stdout, child.stderr]) output?.on('data', onText)
  child.once('exit', onExit)
  try {
    return await promise
  } finally {
    for (const output of [child.stdout, child.stderr]) output?.off('data', onText)
    child.off('exit', onExit)
  }
}
