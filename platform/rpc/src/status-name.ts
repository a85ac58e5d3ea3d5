import { Code } from '@connectrpc/connect'
import { toConnectError } from './refusal-detail.ts'

const names = new Map<Code, string>()

/** The status of a call by Connect's name for it (`not_found`), as telemetry shows it; `ok` where nothing was thrown. */
export function statusNameOf(error: unknown): string {
  if (error === undefined) return 'ok'
  const { code } = toConnectError(error)
  const known = names.get(code) ?? Code[code].replaceAll(/(?<=[a-z])([A-Z])/g, '_$1').toLowerCase()
  names.set(code, known)
  return known
}
