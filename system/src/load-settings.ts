import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Settings } from '@stoa/config'
import { root } from './root.ts'
import type { Deployment } from './topology.ts'

/** The settings that a process reads, by name, from the `config.ts` of its service; none if it declares none. */
export async function loadSettings({ folder }: Deployment): Promise<Settings> {
  const exported = (await import(pathToFileURL(join(root, folder, 'src/config.ts')).href)) as Record<string, unknown>
  return Object.values(exported).find(isConfig)?.settings ?? {}
}

function isConfig(value: unknown): value is { readonly settings: Settings } {
  return typeof value === 'object' && value !== null && 'settings' in value
}
