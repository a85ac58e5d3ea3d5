import type { Operation } from '@stoa/contract'
import type { AnswerBody } from '@stoa/contract'
import type { EnvironmentName } from '@stoa/contracts/config/environments'
import { listEnvironments } from '@stoa/contracts/config/flags-http'
import { askFor } from './api.ts'
import { CommandFailed, UsageError } from './arguments.ts'
import { gatewayOf, operatingToken, renewToken } from './reached-system.ts'
import type { ReachedSystem } from './system-url.ts'

interface Parts {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: object
  /** The version that a change replaces. */
  readonly version?: number | undefined
}

/** Sends a request of an operation of config through the gateway. @throws CommandFailed */
export async function askConfig<O extends Operation>(
  system: ReachedSystem,
  operation: O,
  parts: Parts = {},
): Promise<AnswerBody<O['answers']>> {
  const { method, path } = operation
  const { params = {}, query = {}, body, version } = parts
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  const search = pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`
  const ask = async () =>
    askFor<AnswerBody<O['answers']>>(`${await gatewayOf(system)}${filled}${search}`, {
      method,
      headers: {
        authorization: `Bearer ${await operatingToken(system)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  try {
    return await ask()
  } catch (error) {
    // the stored token was revoked
    const isWithdrawn = error instanceof CommandFailed && error.code === 'auth.token_invalid'
    if (!isWithdrawn || !(await renewToken(system))) throw error
    return ask()
  }
}

/** The environment that the system uses. */
export async function servedEnvironment(system: ReachedSystem): Promise<EnvironmentName> {
  const { items } = await askConfig(system, listEnvironments)
  return items.find(({ isServed }) => isServed)?.name ?? 'production'
}

/** Reads why a change is made, which the history keeps. @throws UsageError */
export function readReason(reason: string | undefined): string {
  if (reason === undefined || reason.trim() === '') throw new UsageError('a change requires a reason: --reason TEXT')
  return reason
}

/** Reads the number of a version. @throws UsageError */
export function readVersion(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`a version is a whole number from 1, not "${text}"`)
}
