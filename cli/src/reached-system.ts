import { readOperated, type Operated } from '@stoa/supervisor/operated'
import { addressOf, adminToken, forgetTokens } from './api.ts'
import { remoteToken } from './logins.ts'
import type { ReachedSystem } from './system-url.ts'

/** Returns the address of the gateway. @throws CommandFailed if none was started here */
export async function gatewayOf({ url, folder }: ReachedSystem): Promise<string> {
  return url ?? addressOf(folder, 'gateway')
}

/** Returns the token for operating the system: STOA_TOKEN, or that of `stoa login`; on this machine, the demonstration administrator's. */
export async function operatingToken({ url, folder }: ReachedSystem): Promise<string> {
  const given = process.env['STOA_TOKEN']
  if (given !== undefined && given !== '') return given
  return url === undefined ? adminToken(folder) : remoteToken(url)
}

/** Deletes a stored token that was rejected. Returns false if there is no way to get a new one. */
export async function renewToken({ url, folder }: ReachedSystem): Promise<boolean> {
  if ((process.env['STOA_TOKEN'] ?? '') !== '' || url !== undefined) return false
  await forgetTokens(folder)
  return true
}

/** Returns what can be operated in the services of the system; for a deployed system, according to their contracts. */
export async function operatedOf({ url, folder }: ReachedSystem): Promise<Operated> {
  if (url === undefined) return readOperated(folder)
  const [{ operatedBy }, { systemIn }] = await Promise.all([
    import('@stoa/supervisor/operated'),
    import('@stoa/supervisor/system-in'),
  ])
  const { services } = await systemIn(folder)
  return operatedBy(services)
}
