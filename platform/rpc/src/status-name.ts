import { Code } from '@connectrpc/connect'
import { toConnectError } from './refusal-detail.ts'

const names = new Map<Code, string>()

/** Returns the status of a call by the name that Connect gives it (`not_found`), for telemetry; `ok` without an error. */
export function statusNameOf(error: unknown): string {
  if (error === undefined) return 'ok'
  const { code } = toConnectError(error)
  const known = names.get(code) ?? Code[code].replaceAll(/(?<=[a-z])([A-Z])/g, '_$1').toLowerCase()
  names.set(code, known)
  return known
}
