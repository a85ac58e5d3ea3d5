import { readdir, readFile } from 'node:fs/promises'

/** These processes, all they have started, and who started them (their supervisor); Linux only. */
export async function familyOf(pids: readonly number[]): Promise<number[]> {
  const parents = await Promise.all(pids.map(parentOf))
  return withDescendants([...pids, ...parents.filter((pid) => pid !== undefined && pid > 1)] as number[])
}

/** All that a process has started, without itself; Linux only. */
export async function descendantsOf(pid: number): Promise<number[]> {
  return (await withDescendants([pid])).filter((each) => each !== pid)
}

async function withDescendants(pids: readonly number[]): Promise<number[]> {
  const children = new Map<number, number[]>()
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const parent = await parentOf(Number(entry))
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
  }
  const found = new Set(pids)
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child)
  return [...found]
}

async function parentOf(pid: number): Promise<number | undefined> {
  const fields = await statOf(pid)
  return fields === undefined ? undefined : Number(fields[1])
}

/** The fields of /proc/PID/stat behind the name. */
async function statOf(pid: number): Promise<string[] | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

const ticksPerSecond = 100

/** CPU seconds the processes have used so far, children that have ended included. */
export async function cpuSecondsOf(pids: readonly number[]): Promise<number> {
  let ticks = 0
  for (const pid of pids) {
    const fields = await statOf(pid)
    if (fields === undefined) continue
    // utime, stime, cutime, cstime (proc_pid_stat(5), fields 14 to 17)
    for (const field of fields.slice(11, 15)) ticks += Number(field)
  }
  return ticks / ticksPerSecond
}

/**
 * CPU seconds used so far by each service, by the supervisor, by PostgreSQL for each service (`postgres for order`), and by
 * PostgreSQL for all of them together (`postgres`: its background processes, and connections that are closed).
 */
export async function cpuByPart(
  processes: readonly { readonly service: string; readonly pid: number }[],
): Promise<ReadonlyMap<string, number>> {
  const services = new Map(processes.map(({ pid, service }) => [pid, service]))
  const postmaster = processes.find(({ service }) => service === 'postgres')?.pid
  const used = new Map<string, number>()
  for (const pid of await familyOf([...services.keys()])) {
    const part = services.get(pid) ?? ((await parentOf(pid)) === postmaster ? await serverPart(pid) : 'supervisor')
    used.set(part, (used.get(part) ?? 0) + (await cpuSecondsOf([pid])))
  }
  return used
}

/** Which service a process of PostgreSQL works for: the title of a connection names the role, which is that of one service. */
async function serverPart(pid: number): Promise<string> {
  const title = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const service = /^postgres: stoa_([a-z-]+?)(?:_log)? /.exec(title)?.[1]
  return service === undefined ? 'postgres' : `postgres for ${service}`
}

/** Megabytes of memory of the processes, what they share counted once (proportional set size). */
export async function pssMegabytesOf(pids: readonly number[]): Promise<number> {
  let kilobytes = 0
  for (const pid of pids) {
    try {
      const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
      kilobytes += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0)
    } catch {
      // it has ended meanwhile
    }
  }
  return kilobytes / 1_024
}
