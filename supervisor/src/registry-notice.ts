import { setTimeout as delay } from 'node:timers/promises'

interface Instance {
  readonly id: string
  readonly host: string
  readonly metadata: Readonly<Record<string, string>>
}

interface Listed {
  readonly items: readonly { readonly service: string; readonly instances: readonly Instance[] }[]
}

/** The registry of a system, and what changes of it are proven with. */
export interface RegistryAddress {
  readonly url: string
  readonly token: string
}

const timeoutMs = 1_000
const listedWithinMs = 5_000
const pollMs = 50

/**
 * Deregisters every instance on this machine whose process has exited, so that it is no longer called: its lease would
 * last for up to 30 s. Called again when the registry is back after an outage.
 */
export async function deregisterDead({ url, token }: RegistryAddress): Promise<void> {
  try {
    const dead = (await listed(url)).flatMap(({ service, instances }) =>
      // By the process, not the port: its successor may be there already.
      instances.filter(isDead).map(({ id }) => `${service}/instances/${id}`),
    )
    await Promise.all(
      dead.map((path) =>
        fetch(`${url}/api/services/${path}`, {
          method: 'DELETE',
          headers: { 'x-registry-token': token },
          signal: AbortSignal.timeout(timeoutMs),
        }),
      ),
    )
  } catch {
    // Away, or the one that died.
  }
}

/** A service in a process. */
export interface Listing {
  readonly service: string
  readonly pid: number
}

/** Waits until the registry lists all of these; a registry that is unavailable is not waited for longer than 5 s. */
export async function untilListed({ url }: RegistryAddress, wanted: readonly Listing[]): Promise<void> {
  const giveUpAt = performance.now() + listedWithinMs
  const areListed = async () => {
    const items = await listed(url)
    const known = new Set(
      items.flatMap(({ service, instances }) => instances.map(({ metadata: { pid } }) => `${service} ${pid}`)),
    )
    return wanted.every(({ service, pid }) => known.has(`${service} ${pid}`))
  }
  while (!(await areListed().catch(() => false)) && performance.now() < giveUpAt) await delay(pollMs)
}

async function listed(url: string): Promise<Listed['items']> {
  const answer = await fetch(`${url}/api/services`, { signal: AbortSignal.timeout(timeoutMs) })
  if (!answer.ok) return []
  return ((await answer.json()) as Listed).items
}

function isDead({ host, metadata: { pid } }: Instance): boolean {
  if (host !== '127.0.0.1' || pid === undefined || !/^[1-9]\d*$/.test(pid)) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
