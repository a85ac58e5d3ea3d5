import { system as shop } from '@stoa/systems/shop'
import { childrenOf, parentOf, type System } from './system.ts'

/** Every process but PostgreSQL and the supervisor. */
export const services: readonly string[] = shop.services.map(({ name }) => name)

/** Those that others call. */
export const callees: readonly string[] = services.filter((name) => name !== 'gateway')

/** The pid of a service, or of postgres; undefined while it is down. */
export async function pidOf(system: System, service: string): Promise<number | undefined> {
  const rows = await system.rows()
  return rows.find((row) => row.service === service)?.pid ?? undefined
}

/** The pids of a service; of postgres with all its children. */
export async function pidsOf(system: System, service: string): Promise<number[]> {
  const pid = await pidOf(system, service)
  if (pid === undefined) return []
  return service === 'postgres' ? [pid, ...(await childrenOf(pid))] : [pid]
}

/** The pid of the supervisor. */
export async function supervisorPid(system: System): Promise<number | undefined> {
  const pid = await pidOf(system, 'registry')
  return pid === undefined ? undefined : parentOf(pid)
}

/** Sends a signal; one to a process that has gone meanwhile is no matter. */
export function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(pid, name)
  } catch {
    // It has ended by itself.
  }
}
