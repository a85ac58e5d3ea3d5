import type { AnswerBody, Operation } from '@stoa/contract'
import { askFor } from './api.ts'
import { CommandFailed } from './arguments.ts'
import { gatewayOf, operatingToken, renewToken } from './reached-system.ts'
import type { ReachedSystem } from './system-url.ts'

interface Parts {
  readonly params?: Readonly<Record<string, string>>
  /** A list repeats its name. */
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>
  readonly body?: object
  /** The version that a change replaces. */
  readonly version?: number | undefined
  /** Of an operation that requires one. */
  readonly key?: string
}

/** Sends a request of an operation of a service through the gateway, for operators. @throws CommandFailed */
export async function askOperation<O extends Operation>(
  system: ReachedSystem,
  operation: O,
  parts: Parts = {},
): Promise<AnswerBody<O['answers']>> {
  const { method, path } = operation
  const { params = {}, query = {}, body, version, key } = parts
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).filter((each) => each !== undefined).map((each) => [name, String(each)]),
  )
  const search = pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`
  const ask = async () =>
    askFor<AnswerBody<O['answers']>>(`${await gatewayOf(system)}${filled}${search}`, {
      method,
      headers: {
        authorization: `Bearer ${await operatingToken(system)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
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
