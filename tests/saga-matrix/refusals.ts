import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect'
import type { ErrorCatalogue, Rpc, Service } from '@stoa/contract'
import { AppError, platformError } from '@stoa/kernel'
import { toConnectError } from '@stoa/rpc'
import { system as shop } from '@stoa/systems/shop'
import type { Message } from './fault-proxy.ts'

/** The codes that a method refuses with by its contract, but for those that mean "not now". */
export function refusalsOf(callee: string, path: string): readonly string[] {
  const { rpc, errors } = contractOf(callee)
  const name = path.split('/').at(-1) ?? ''
  const method = (rpc as Rpc).methods[name.charAt(0).toLowerCase() + name.slice(1)]
  if (method === undefined) throw new Error(`the contract of ${callee} has no method ${name}`)
  const codes = (method.refuses ?? []).filter((code) => !isPassing(errors, code))
  return codes.length > 0
    ? codes
    : Object.keys(errors)
        .filter((code) => !isPassing(errors, code))
        .slice(0, 1)
}

/** What a callee answers that refuses with this code of its catalogue. */
export function refusal(callee: string, code: string): Message {
  const { kind, title } = contractOf(callee).errors[code] ?? {}
  if (kind === undefined) throw new Error(`${callee} has no error ${code}`)
  return errorAnswer(new AppError(kind, code, title ?? code))
}

/** What a callee answers that cannot do it now. */
export function unavailable(): Message {
  return errorAnswer(platformError('service.unavailable', 'not now'))
}

/** Reads a refusal's code back out of an answer; undefined when it is none. */
export function codeOf({ headers, body }: Message): string | undefined {
  if (headers[':status'] === 200) return undefined
  const { code, details } = JSON.parse(body.toString()) as {
    readonly code?: string
    readonly details?: readonly { readonly debug?: { readonly code?: string }; readonly value?: string }[]
  }
  const detail = Buffer.from(details?.[0]?.value ?? '', 'base64').toString('latin1')
  return /[a-z_]+\.[a-z_]+/.exec(detail)?.[0] ?? code
}

function errorAnswer(error: AppError): Message {
  const connectError = toConnectError(error)
  return {
    headers: { ':status': codeToHttpStatus(connectError.code), 'content-type': 'application/json' },
    body: Buffer.from(errorToJsonBytes(connectError, undefined)),
  }
}

function isPassing(errors: ErrorCatalogue, code: string): boolean {
  const kind = errors[code]?.kind
  return kind === undefined || kind === 'unavailable' || kind === 'timeout'
}

function contractOf(callee: string): Service {
  const contract = shop.services.find(({ name }) => name === callee)?.contract
  if (contract === undefined) throw new Error(`there is no service ${callee}`)
  return contract
}
