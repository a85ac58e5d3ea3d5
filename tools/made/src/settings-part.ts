import { join } from 'node:path'
import { defineConfig, type Config, type Setting, serviceSettings, settingsTable } from '@stoa/config'
import type { Deployment } from '@stoa/system/topology'

const { PORT: _differs, ...shared } = serviceSettings('the service', 0)

/** The tables of settings: those that all services have, then what each has of its own or sees differently. */
export async function settingsPart(root: string, deployments: readonly Deployment[]): Promise<string> {
  const parts = [`## Every service\n\n${settingsTable(defineConfig('every service', shared))}`]
  for (const { name, folder } of deployments) {
    const { service, settings } = await loadConfig(join(root, folder, 'src/config.ts'))
    const missing = Object.keys(shared).filter((known) => !(known in settings))
    const lacks = missing.length === 0 ? '' : `\nHas none of: ${missing.map((known) => `\`${known}\``).join(', ')}.\n`
    parts.push(`## ${name}\n\n${settingsTable(defineConfig(service, ownOf(settings)))}${lacks}`)
  }
  return parts.join('\n')
}

function ownOf(settings: Config['settings']): Config['settings'] {
  const known: Record<string, Setting> = shared
  return Object.fromEntries(Object.entries(settings).filter(([name, each]) => !isSame(known[name], each)))
}

// what a setting is called in words names the service
const isSame = (known: Setting | undefined, each: Setting) =>
  known !== undefined && JSON.stringify({ ...known, doc: '' }) === JSON.stringify({ ...each, doc: '' })

async function loadConfig(path: string): Promise<Config> {
  const exported: readonly unknown[] = Object.values((await import(path)) as object)
  const config = exported.find(isConfig)
  if (config === undefined) throw new Error(`${path} exports no settings`)
  return config
}

function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && 'service' in value && 'settings' in value && 'parse' in value
}
