import * as inventory from '@stoa/contracts/inventory/http'
import * as orders from '@stoa/contracts/order/http'
import * as returns from '@stoa/contracts/order/returns-http'
import * as payments from '@stoa/contracts/payment/http'
import * as pricing from '@stoa/contracts/pricing/http'
import * as shipments from '@stoa/contracts/shipping/http'
import * as users from '@stoa/contracts/user/http'
import { RestConnectionError, RestProblem, restClient, type RestClient } from '@stoa/rest'

const operations = { ...inventory, ...orders, ...returns, ...payments, ...pricing, ...shipments, ...users }

/** The operations of the shop. */
export type Api = RestClient<{ readonly operations: typeof operations }>

/** The result of a request; the code is that of the problem, if it was refused. */
export interface Answer {
  readonly code: string | undefined
}

/** Sends one request, with a token or without one. Never throws: resolves to the body, or to undefined if the request fails. */
export type Ask = <Body>(
  as: string | undefined,
  request: (api: Api) => Promise<{ readonly body: Body }>,
) => Promise<Body | undefined>

interface GatewayOptions {
  readonly url: string
  /** Aborts the requests in progress. */
  readonly signal: AbortSignal
  readonly onAnswer: (answer: Answer) => void
}

const timeoutMs = 40_000

/** Makes a client of the gateway that reports the result of each request. */
export function gatewayAt({ url, signal, onAnswer }: GatewayOptions): Ask {
  return async (as, request) => {
    const api = restClient({ operations }, { url, signal, timeoutMs, ...(as === undefined ? {} : { token: as }) })
    try {
      const { body } = await request(api)
      if (!signal.aborted) onAnswer({ code: undefined })
      return body
    } catch (error) {
      if (!signal.aborted) onAnswer({ code: codeOf(error) })
      return undefined
    }
  }
}

function codeOf(error: unknown): string {
  if (error instanceof RestProblem) return error.code ?? `status ${error.status}`
  const hasTimedOut = error instanceof Error && error.name === 'TimeoutError'
  return error instanceof RestConnectionError || hasTimedOut ? 'no answer' : String(error)
}
