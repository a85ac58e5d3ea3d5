import type { Environment } from '@stoa/config'

type Packed = Readonly<Record<string, Readonly<Record<string, string>>>>

/** The settings of a service: its specific settings take precedence over the environment of the process. */
export function processEnvironment(service: string): Environment {
  return { ...process.env, ...packed()[service] }
}

/** The services in this process, starting with the one that the others need; empty if the process runs a single service. */
export function packedServices(): readonly string[] {
  return Object.keys(packed())
}

/** `PACKED_SETTINGS` is JSON: per service, the settings that differ from those of the process; an empty value means not set. */
function packed(): Packed {
  const text = process.env['PACKED_SETTINGS']
  return text === undefined ? {} : (JSON.parse(text) as Packed)
}
