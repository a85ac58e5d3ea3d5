import { socketTicketPrefix } from '@stoa/contract'
import { newId, platformError, type Clock } from '@stoa/kernel'
import { rateLimiter } from '@stoa/resilience'
import type { RequestHead } from '../exchange.ts'
import type { SharedBuckets } from '../limits-in-redis/shared-buckets.ts'
import { withHeader } from '../request-head.ts'
import type { Route } from '../routes/route.ts'
import type { Sealer } from '../sessions/sealed.ts'

/**
 * Tickets with which a page opens a WebSocket: a browser cannot set `Authorization` on one, and a token in a query is logged. A ticket
 * is the sealed token of its caller, for one use within 30 seconds.
 */
export interface SocketTickets {
  /** A ticket for a verified access token, as the subprotocol that carries it. */
  readonly issue: (accessToken: string) => { readonly ticket: string; readonly expiresAtMs: number }
  /** Exchanges the ticket of a handshake for its token. Throws AppError `auth.token_invalid` for a ticket that is not valid or was used. */
  readonly redeem: (route: Route, head: RequestHead) => RequestHead | Promise<RequestHead>
}

interface Sealed {
  readonly id: string
  readonly accessToken: string
  readonly expiresAtMs: number
}

interface TicketOptions {
  readonly sealer: Sealer
  readonly clock: Pick<Clock, 'now'>
  /** With Redis a ticket is used once at all gateways; without, once at each. */
  readonly shared: Pick<SharedBuckets, 'take'> | undefined
}

const lifeMs = 30_000
const purpose = 'socket ticket'

/** Makes the tickets of all gateways with the same secret. */
export function socketTickets({ sealer, clock, shared }: TicketOptions): SocketTickets {
  const nowMs = () => clock.now().epochMilliseconds
  // the window is longer than the life of a ticket
  const uses = rateLimiter({ name: 'socket-tickets', limit: 1, windowSeconds: 120 })

  function useOnce(id: string): void | Promise<void> {
    const isFirstHere = uses.take(id).allowed
    if (!isFirstHere) throw invalid('The ticket was used before.')
    return shared?.take([uses], id)?.then((decisions) => {
      if (decisions?.some(({ allowed }) => !allowed) === true) throw invalid('The ticket was used before.')
    })
  }

  return {
    issue(accessToken) {
      const expiresAtMs = nowMs() + lifeMs
      const sealed: Sealed = { id: newId(), accessToken, expiresAtMs }
      return { ticket: `${socketTicketPrefix}${sealer.seal(purpose, sealed)}`, expiresAtMs }
    },
    redeem(route, head) {
      if (route.isSocket !== true) return head
      const offered = String(head.headers['sec-websocket-protocol'] ?? '')
        .split(',')
        .map((name) => name.trim())
      const ticket = offered.find((name) => name.startsWith(socketTicketPrefix))
      if (ticket === undefined) return head
      const others = offered.filter((name) => !name.startsWith(socketTicketPrefix)).join(', ')
      const stripped = withHeader(head, 'sec-websocket-protocol', others === '' ? undefined : others)
      if (head.headers.authorization !== undefined) return stripped
      const opened = sealer.open(purpose, ticket.slice(socketTicketPrefix.length)) as Sealed | undefined
      if (opened === undefined || opened.expiresAtMs <= nowMs())
        throw invalid('The ticket is not valid, or has expired.')
      const withToken = () => ({
        ...withHeader(stripped, 'authorization', `Bearer ${opened.accessToken}`),
        isProven: true,
      })
      const used = useOnce(opened.id)
      return used === undefined ? withToken() : used.then(withToken)
    },
  }
}

function invalid(detail: string) {
  return platformError('auth.token_invalid', detail)
}
