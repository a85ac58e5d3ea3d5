import { askSupervisor, type ProcessRow } from '@stoa/supervisor/control'
import type { DataFolder } from '@stoa/supervisor/data-folder'
import type { Finding } from '@stoa/supervisor/examine'

/** How far the clock of an instance is ahead of that of its database, in milliseconds; undefined if it does not say. */
export interface ClockReading {
  readonly instance: string
  readonly differenceMs: number | undefined
}

// Tokens are valid up to 5 s before and after their times, and each of two instances may be off by this.
const mostMs = 2_000
const timeoutMs = 3_000

/** Compares the clocks of all running instances with those of their databases. */
export async function examineClocks(folder: DataFolder): Promise<Finding> {
  const rows = await askSupervisor<ProcessRow[]>(folder, { command: 'ps' })
  const services = rows.filter(({ service }) => service !== 'postgres' && service !== 'gateway')
  return judgeClocks(await Promise.all(services.map(readClock)))
}

/** Judges what the instances say. */
export function judgeClocks(readings: readonly ClockReading[]): Finding {
  const what = 'clock'
  const known = readings.flatMap(({ instance, differenceMs }) =>
    differenceMs === undefined ? [] : [{ instance, differenceMs }],
  )
  const off = known.filter(({ differenceMs }) => Math.abs(differenceMs) > mostMs)
  if (off.length > 0) {
    const which = off.map(({ instance, differenceMs }) => `${instance} by ${(differenceMs / 1_000).toFixed(1)} s`)
    return { what, isFine: false, detail: `differs from the database: ${which.join(', ')}; synchronize it (NTP)` }
  }
  if (known.length === 0) return { what, isFine: false, detail: 'no instance reports its clock' }
  const worst = Math.max(...known.map(({ differenceMs }) => Math.abs(differenceMs)))
  return { what, isFine: true, detail: `${known.length} instances, at most ${Math.round(worst)} ms from the database` }
}

interface Health {
  readonly components?: { readonly database?: { readonly clockDifferenceMs?: number } }
}

async function readClock({ instance, port }: ProcessRow): Promise<ClockReading> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(timeoutMs) })
    const { components } = (await answer.json()) as Health
    return { instance, differenceMs: components?.database?.clockDifferenceMs }
  } catch {
    return { instance, differenceMs: undefined }
  }
}
