import type { GenService, GenServiceMethods } from '@bufbuild/protobuf/codegenv2'
import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf'

/** The effect and the errors of one RPC method; the gateway forwards only `public` methods. */
export interface RpcMethod<Code extends string = string> {
  readonly effect: 'read' | 'write'
  readonly refuses?: readonly Code[]
  readonly public?: true
}

/** The RPC interface of a service: the one generated from its rpc.proto, with the declaration of each method. */
export interface Rpc<
  Methods extends GenServiceMethods = GenServiceMethods,
  Declared extends { readonly [M in keyof Methods]: RpcMethod } = { readonly [M in keyof Methods]: RpcMethod },
> {
  readonly service: GenService<Methods>
  readonly methods: Declared
}

/** Declares for every method of a generated service whether it reads or writes, and which errors it returns. */
export function rpc<
  Methods extends GenServiceMethods,
  const Declared extends { readonly [M in keyof Methods]: RpcMethod },
>(service: GenService<Methods>, methods: Declared): Rpc<Methods, Declared> {
  return { service, methods }
}

/** The methods of another service that a service declares it calls; any other call is refused. */
export interface Picked<
  Methods extends GenServiceMethods = GenServiceMethods,
  Name extends keyof Methods = keyof Methods,
> {
  readonly service: GenService<Methods>
  readonly methods: readonly Name[]
}

/** Declares the methods of another service that this service calls. */
export function pick<Methods extends GenServiceMethods, const Names extends readonly (keyof Methods & string)[]>(
  service: GenService<Methods>,
  ...methods: Names
): Picked<Methods, Names[number]> {
  return { service, methods }
}

/** The input of a method, as its handler reads it. */
export type RpcInput<Methods extends GenServiceMethods, M extends keyof Methods> = MessageShape<Methods[M]['input']>
/** The input of a method, as a caller passes it: any subset of the fields. */
export type RpcRequest<Methods extends GenServiceMethods, M extends keyof Methods> = MessageInitShape<
  Methods[M]['input']
>
/** The response that a handler may return. */
export type RpcAnswer<Methods extends GenServiceMethods, M extends keyof Methods> = MessageInitShape<
  Methods[M]['output']
>
/** The response of a method, as its caller reads it. */
export type RpcOutput<Methods extends GenServiceMethods, M extends keyof Methods> = MessageShape<Methods[M]['output']>

/** The options of one call; inside a saga the platform adds the key. */
export interface CallOptions {
  readonly idempotencyKey?: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** The typed clients of the declared calls; the platform adds token, deadline, trace context and idempotency key. */
export type Calls<Declared> = {
  readonly [Service in keyof Declared]: Declared[Service] extends Picked<infer Methods, infer Name>
    ? {
        readonly [M in Name]: (request: RpcRequest<Methods, M>, options?: CallOptions) => Promise<RpcOutput<Methods, M>>
      }
    : never
}
