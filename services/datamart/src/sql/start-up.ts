import type { SecureContext } from 'node:tls'
import { readBody } from '../wire/body-reader.ts'
import { fatal, sqlStates } from '../wire/sql-error.ts'
import { write } from '../wire/write-messages.ts'
import type { Transport } from './transport.ts'

/** What a client wants with its first message. */
export type FirstMessage =
  | { readonly kind: 'session'; readonly options: ReadonlyMap<string, string>; readonly password: string }
  | { readonly kind: 'cancel'; readonly id: number; readonly secret: number }

interface StartUp {
  readonly transport: Transport
  /** The certificate of this moment; undefined without TLS. */
  readonly secureContext: () => Promise<SecureContext | undefined>
  /** Refuses a password without TLS. */
  readonly requiresTls: boolean
}

const codes = { cancel: 80_877_102, tls: 80_877_103, gss: 80_877_104 }
const protocolMajor = 3
const mostStartBytes = 10_000
// a token has at most 8 KiB
const mostPasswordBytes = 16_384
const mostRequests = 3

/** Reads the start of a connection up to its password; undefined if the client leaves. @throws SqlError fatal */
export async function startUp({ transport, secureContext, requiresTls }: StartUp): Promise<FirstMessage | undefined> {
  for (let request = 0; request < mostRequests; request += 1) {
    const message = await transport.read({ hasType: false, mostBytes: mostStartBytes })
    if (message === undefined) return undefined
    const reader = readBody(message.body)
    const code = reader.int32()
    if (code === codes.cancel) return { kind: 'cancel', id: reader.int32(), secret: reader.int32() }
    if (code === codes.gss) transport.send(Buffer.from('N'))
    else if (code === codes.tls) await offerTls(transport, secureContext)
    else return await signIn(transport, code, message.body.subarray(4), requiresTls)
  }
  throw fatal(sqlStates.protocolViolation, 'too many requests for encryption')
}

async function offerTls(transport: Transport, secureContext: StartUp['secureContext']): Promise<void> {
  const context = transport.isSecure() ? undefined : await secureContext()
  transport.send(Buffer.from(context === undefined ? 'N' : 'S'))
  if (context !== undefined) transport.startTls(context)
}

async function signIn(
  transport: Transport,
  version: number,
  body: Buffer,
  requiresTls: boolean,
): Promise<FirstMessage | undefined> {
  if (version >> 16 !== protocolMajor) {
    throw fatal(sqlStates.featureNotSupported, `unsupported frontend protocol ${version >> 16}.${version & 0xff_ff}`)
  }
  const options = optionsOf(body)
  const unknown = [...options.keys()].filter((name) => name.startsWith('_pq_.'))
  if ((version & 0xff_ff) > 0 || unknown.length > 0) transport.send(write.version(protocolMajor << 16, unknown))
  if (options.has('replication')) throw fatal(sqlStates.featureNotSupported, 'replication is not supported')
  if (requiresTls && !transport.isSecure()) {
    throw fatal(sqlStates.invalidAuthorization, 'a connection without TLS is refused: set sslmode=require')
  }
  transport.send(write.passwordWanted())
  const message = await transport.read({ hasType: true, mostBytes: mostPasswordBytes })
  if (message === undefined) return undefined
  if (message.type !== 'p') throw fatal(sqlStates.protocolViolation, `expected a password, got message ${message.type}`)
  return { kind: 'session', options, password: readBody(message.body).text() }
}

function optionsOf(body: Buffer): Map<string, string> {
  const reader = readBody(body)
  const options = new Map<string, string>()
  for (let name = reader.text(); name !== ''; name = reader.text()) options.set(name, reader.text())
  return options
}
