import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Figure } from '../figure.ts'
import { onInterrupt } from '../interrupts.ts'
import type { Outcome } from './rows.ts'

/** Time for an ended bench to stop the systems and servers that it has started. */
const stopWithinMs = 120_000

export interface ApartOptions {
  readonly program: string
  readonly args: readonly string[]
  /** After this a bench is ended: it hangs. */
  readonly limitMs: number
}

/** Runs a bench in a process of its own, so that its memory, its crash or its hanging is no other's. What it notes goes to stderr. */
export async function runApart(bench: string, { program, args, limitMs }: ApartOptions): Promise<Outcome> {
  const child = spawn(process.execPath, [program, bench, '--json', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  const forget = onInterrupt(() => stop(child, closed))
  const figures: Figure[] = []
  let trouble = ''
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('{')) figures.push(JSON.parse(line) as Figure)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk)
    trouble = (trouble + chunk.toString()).slice(-20_000)
  })
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    void stop(child, closed)
  }, limitMs)
  await closed
  clearTimeout(timer)
  forget()
  if (isLate) return { bench, failure: `not done after ${Math.round(limitMs / 60_000)} minutes` }
  // A bench prints its figures once it has all of them; one that misses a target exits with 1.
  if (figures.length > 0 && (child.exitCode ?? 2) <= 1) return { bench, figures }
  return { bench, failure: failureIn(trouble) ?? `ended with ${child.signalCode ?? `the exit code ${child.exitCode}`}` }
}

async function stop(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  child.kill()
  const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
  await closed
  clearTimeout(timer)
}

/** The message of the error that ended a process, from what it printed. */
function failureIn(trouble: string): string | undefined {
  return trouble
    .split('\n')
    .findLast((line) => /^(\w*Error|AppError)\b.*: /.test(line))
    ?.slice(0, 300)
}
