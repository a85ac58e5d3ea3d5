import type { Environment } from '@stoa/config'

/** The environment of this process. */
export function processEnvironment(): Environment {
  return process.env
}
