import type { FieldError, PlatformErrorCode } from '@stoa/kernel'
import type { Refused, Tx } from './handlers.ts'
import type { Rpc } from './rpc.ts'
import type { Service } from './service.ts'

type Codes<Declared> = Declared extends { readonly refuses: readonly (infer Code extends string)[] } ? Code : never

/** The codes that an operation declares; a union of names gives the codes of all of them. */
export type RefusalCode<S extends Service, Name extends keyof S['operations']> = Codes<S['operations'][Name]>

/** The codes that an RPC method declares; a union of names gives the codes of all of them. */
export type RpcRefusalCode<S extends Service, Method extends PropertyKey> =
  S['rpc'] extends Rpc<any, infer Declared> ? Codes<Declared[Method & keyof Declared]> : never

interface RefusalOptions<S extends Service> {
  readonly fields?: readonly FieldError[]
  readonly retryAfterSeconds?: number
  /** Writes a trace that stays although the request is refused (a failed sign-in). */
  readonly keep?: ((tx: Tx<S>) => Promise<void>) | undefined
}

interface RefusalOf<S extends Service, Code extends string> extends RefusalOptions<S> {
  readonly code: Code | PlatformErrorCode
  readonly detail: string
}

/** A refusal of an operation as a value, for code outside its handler; the handler returns it with `refuse(refusal)`. */
export type Refusal<S extends Service, Name extends keyof S['operations']> = RefusalOf<S, RefusalCode<S, Name>>

/** A refusal of an RPC method as a value. */
export type RpcRefusal<S extends Service, Method extends PropertyKey> = RefusalOf<S, RpcRefusalCode<S, Method>>

/** `refuse` of a handler that may refuse with these codes and with those of the platform. */
export interface Refuse<S extends Service, Code extends string> {
  (refusal: RefusalOf<S, Code>): Refused
  (code: Code | PlatformErrorCode, detail: string, options?: RefusalOptions<S>): Refused
}
