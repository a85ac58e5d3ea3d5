import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import type { Load, LoadResult } from './closed-loop.ts'
import type { Question } from './contenders/serve.ts'
import type { OfferedLoad } from './open-loop.ts'
import { onInterrupt } from './interrupts.ts'

/** A process that does the same work as others, and measures itself. */
export interface Contender {
  readonly name: string
  readonly run: (load: Load | OfferedLoad) => Promise<LoadResult>
  /** The CPU seconds that it uses while nothing is asked of it. */
  readonly idle: (idleMs: number) => Promise<number>
  readonly stop: () => Promise<void>
}

type Answer = { readonly result: unknown } | { readonly error: string }

const stopWithinMs = 10_000

const thisTree = new URL('../../', import.meta.url).pathname

/** Starts a program of `contenders/`, of this tree or another, as a process of its own, and waits until it is ready. */
export async function startContender(
  name: string,
  program: string,
  args: readonly string[],
  tree = thisTree,
): Promise<Contender> {
  const child = fork(join(resolve(tree), `bench/src/contenders/${program}.ts`), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const forget = onInterrupt(() => child.kill())
  const exited = once(child, 'exit')
  const next = async () => {
    const ended = exited.then(([code]) => ({ error: `${name} ended with the exit code ${String(code)}` }))
    const answer = await Promise.race([once(child, 'message').then(([message]) => message as Answer), ended])
    if ('error' in answer) throw new Error(`${name}: ${answer.error}`)
    return answer.result
  }
  const ask = (question: Question) => {
    child.send(question)
    return next()
  }
  const stop = async () => {
    if (child.connected) child.disconnect()
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
    if (child.exitCode === null && child.signalCode === null) await exited
    clearTimeout(timer)
    forget()
  }
  try {
    await next()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    name,
    run: async (load) => (await ask(load)) as LoadResult,
    idle: async (idleMs) => (await ask({ idleMs })) as number,
    stop,
  }
}
