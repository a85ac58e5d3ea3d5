import type { BlobRef, Caller } from '@stoa/contract'
import type { Exchange } from './exchange.ts'
import type { Input } from './input.ts'
import type { HttpAppOptions, HttpLimits } from './options.ts'
import type { OperationRoute } from './routes.ts'
import type { UnderWay } from '@stoa/resilience'

/** What running an operation needs of its app. */
export interface OperationParts extends Pick<
  HttpAppOptions,
  'database' | 'blobs' | 'calls' | 'makeTx' | 'refuseErased' | 'tally' | 'changes' | 'authenticate' | 'onInvalidated'
> {
  /** The name of the service, for the audit trail. */
  readonly serviceName: string
  readonly limits: HttpLimits
  readonly underWay: UnderWay
  /** Aborted when the app drains. */
  readonly draining: AbortSignal
}

/** One request to an operation, authorized and read. */
export interface OperationCall {
  readonly exchange: Exchange
  readonly input: Input
  readonly caller: Caller
  /** The client's idempotency key. */
  readonly key: string | undefined
  readonly expectedVersion: string | undefined
  /** The content that an upload has brought. */
  readonly blob?: BlobRef | undefined
  /** The deadline of the response, in milliseconds since the epoch. */
  readonly deadlineMs: number
}

/** The context of every handler; `calls` and `signal` are created on first use. */
export function requestContext(
  parts: OperationParts,
  { refuse }: Pick<OperationRoute, 'refuse'>,
  { exchange, input, caller, key }: Pick<OperationCall, 'exchange' | 'input' | 'caller' | 'key'>,
): object {
  let calls: object | undefined
  return {
    params: input.params,
    query: input.query,
    body: input.body,
    caller,
    db: parts.database.read,
    headers: exchange.request.headers,
    rawBody: exchange.rawBody,
    refuse,
    get signal() {
      return exchange.signal
    },
    get calls() {
      calls ??= parts.calls({
        caller,
        key,
        get signal() {
          return exchange.signal
        },
      })
      return calls
    },
  }
}
