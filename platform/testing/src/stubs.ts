import { create, type MessageInitShape } from '@bufbuild/protobuf'
import type { CallOptions, Picked, RpcAnswer, RpcInput, Service } from '@stoa/contract'

/**
 * Stubs of the services that a service calls. A stubbed service has every method that the contract declares; as from the real one,
 * a method receives a complete message, and the fields that it omits have their defaults in the response.
 */
export type Stubs<S extends Service> = {
  readonly [Callee in keyof S['calls']]?: S['calls'][Callee] extends Picked<infer Methods, infer Name>
    ? {
        readonly [M in Name]: (request: RpcInput<Methods, M>, options?: CallOptions) => Promise<RpcAnswer<Methods, M>>
      }
    : never
}

/** Thrown by a call for which the test has no stub, and then by every member of the test service. */
export class MissingStub extends Error {}

/** The calls of one service under test. */
export interface StubbedCalls {
  readonly clients: Readonly<Record<string, Readonly<Record<string, Stub>>>>
  /** Settles as the work does, or rejects as soon as the service makes a call that has no stub. */
  readonly watch: <Result>(work: Promise<Result>) => Promise<Result>
  /** @throws MissingStub that names every call without a stub */
  readonly end: () => void
}

type Stub = (request: never, options?: CallOptions) => Promise<unknown>

/** The calls without a stub in this test file, by service under test. */
const missing = new Map<StubbedCalls, Map<string, MissingStub>>()

/** @throws MissingStub if a running service of this test file has made a call that has no stub */
export function assertNoStubMissing(): void {
  for (const errors of missing.values()) for (const error of errors.values()) throw error
}

/** Makes the clients of the declared calls out of stubs, and keeps the calls that have none. */
export function stubCalls(service: Service, stubs: Readonly<Record<string, object | undefined>>): StubbedCalls {
  const errors = new Map<string, MissingStub>()
  const firstMissing = Promise.withResolvers<never>()
  // Without a handler, a rejection between two requests would end the process.
  firstMissing.promise.catch(() => {})
  const call = (callee: string, method: string, picked: Picked): Stub => {
    const { input, output } = picked.service.method[method] as (typeof picked.service.method)[string]
    return async (request, options) => {
      const stub = (stubs[callee] as Readonly<Record<string, Stub | undefined>> | undefined)?.[method]
      if (stub !== undefined)
        return create(output, (await stub(create(input, request) as never, options)) as MessageInitShape<typeof output>)
      const error = new MissingStub(sentence(service, callee, method))
      errors.set(error.message, error)
      firstMissing.reject(error)
      throw error
    }
  }
  const clients = Object.entries(service.calls as Readonly<Record<string, Picked>>).map(([callee, picked]) => {
    const methods = picked.methods.map((method) => [method, call(callee, String(method), picked)] as const)
    return [callee, Object.fromEntries(methods)] as const
  })
  const calls: StubbedCalls = {
    clients: Object.fromEntries(clients),
    watch: (work) => Promise.race([firstMissing.promise, work]),
    end() {
      missing.delete(calls)
      if (errors.size > 0) throw new MissingStub([...errors.keys()].join('\n'), { cause: [...errors.values()][0] })
    },
  }
  missing.set(calls, errors)
  return calls
}

function sentence({ name }: Service, callee: string, method: string): string {
  return (
    `${name} called ${callee}.${method}, for which the test has no stub: ` +
    `add calls: { ${callee}: { ${method}: async (request) => ({}) } } to the options of startTestService`
  )
}
