import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@stoa/testing'
import type { Check } from '../chaos/checks/check.ts'
import type { WholeSystem } from '../whole-system.ts'

/** What a process holds after it has collected its garbage: its heap without compiled code. */
interface Held {
  readonly heapBytes: number
  readonly sockets: number
}

/** What each process holds, by its instance. */
export type AllHeld = ReadonlyMap<string, Held>

/** By then idle connections are closed: those to PostgreSQL live longest, 20 s. */
const idleMs = 60_000
/** A tenth more is no leak: caches that are not full yet. */
const mostGrowth = 1.1
/** Nor are connections to PostgreSQL of a task that happens to run. */
const mostMoreSockets = 5

/** The settings with which the processes of a system tell what they hold. */
export function reportingHeld(folder: string): Readonly<Record<string, string>> {
  const preload = new URL('./report-held.ts', import.meta.url)
  preload.searchParams.set('folder', folder)
  return { NODE_OPTIONS: `--import=${preload.href}` }
}

/** Has every process collect its garbage and tell what it holds, once nothing has been asked of it for a minute. */
export async function askHeld({ home, rows }: WholeSystem): Promise<AllHeld> {
  await delay(idleMs)
  const ours = (await rows()).filter(({ service }) => service !== 'postgres')
  const held = ours.map(async ({ instance, pid }): Promise<[string, Held]> => {
    const file = join(home, `held-${pid}.json`)
    await rm(file, { force: true })
    process.kill(pid ?? 0, 'SIGUSR2')
    return [instance, await eventually(async () => JSON.parse(await readFile(file, 'utf8')) as Held)]
  })
  return new Map(await Promise.all(held))
}

/** What was held at a sixth of a run and at its end, a line for each process. */
export function heldTable(early: AllHeld, late: AllHeld): string[] {
  const lines = [...early].map(([instance, before]) => {
    const after = late.get(instance)
    return [instance, mebibytes(before), mebibytes(after), before.sockets, after?.sockets ?? '-']
  })
  return [['process', 'MiB', 'at the end', 'sockets', 'at the end'], ...lines].map(
    ([name = '', ...columns]) =>
      String(name).padEnd(16) + columns.map((column) => String(column).padStart(12)).join(''),
  )
}

function mebibytes(held: Held | undefined): string {
  return held === undefined ? '-' : (held.heapBytes / 2 ** 20).toFixed(1)
}

/** That no process holds more at the end than it did at a sixth of the run. */
export function nothingKept(early: AllHeld, late: AllHeld): Check<unknown> {
  return {
    fact: 'no process holds a tenth more memory, or six more sockets, than at a sixth of the run',
    complaints: async () =>
      [...early].flatMap(([instance, before]) => {
        const after = late.get(instance)
        const isKept =
          after === undefined ||
          after.heapBytes > mostGrowth * before.heapBytes ||
          after.sockets > before.sockets + mostMoreSockets
        return isKept ? [`${instance}: ${JSON.stringify(before)}, then ${JSON.stringify(after)}`] : []
      }),
  }
}
