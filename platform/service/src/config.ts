import type { Environment } from '@stoa/config'

type Packed = Readonly<Record<string, Readonly<Record<string, string>>>>

/** What is set for a service: the environment of this process, and before it what is for that service alone. */
export function processEnvironment(service: string): Environment {
  return { ...process.env, ...packed()[service] }
}

/** The services that share this process, beginning with the one that the others need; none when it runs but one. */
export function packedServices(): readonly string[] {
  return Object.keys(packed())
}

/** `PACKED_SETTINGS` is JSON: by service, the settings that differ from those of the process; an empty one is not set. */
function packed(): Packed {
  const text = process.env['PACKED_SETTINGS']
  return text === undefined ? {} : (JSON.parse(text) as Packed)
}
