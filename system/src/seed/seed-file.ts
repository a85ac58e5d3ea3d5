import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.ts'
import type { Deployment } from '../topology.ts'

/** The path of the module in which a service exports its `seed`; undefined if it has none. */
export function findSeedFile({ folder }: Pick<Deployment, 'folder'>): string | undefined {
  const path = join(root, folder, 'src/seed.ts')
  return existsSync(path) ? path : undefined
}
