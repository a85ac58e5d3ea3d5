import { ensureBundle } from '@stoa/supervisor/bundle'
import { dataFolderAt } from '@stoa/supervisor/data-folder'
import { system as shop } from '@stoa/systems/shop'
import { startReplica, type Replica } from '../chaos/replica.ts'
import type { WholeSystem } from '../whole-system.ts'

/** The gateway listens where clients know it, and the registry has one process: both change with the system. */
const alone = new Set(['gateway', 'registry'])

/** Adds a process of this release to each service of a running system, one after the other, waits, and ends them again. */
export async function runBeside(system: WholeSystem, wait: () => Promise<void>): Promise<void> {
  const bundle = await ensureBundle(dataFolderAt(system.home), shop)
  const running = new Set((await system.rows()).map(({ service }) => service))
  const added: Replica[] = []
  try {
    for (const { name } of shop.services) {
      if (alone.has(name) || !running.has(name)) continue
      added.push(await startReplica(system, { service: name, name: `${name}-next`, entry: bundle.entry(name) }))
    }
    await wait()
  } finally {
    for (const replica of added) await replica.end('SIGTERM')
  }
  await wait()
}
