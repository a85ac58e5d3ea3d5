import type { RequestHead } from '../exchange.ts'
import { withHeader } from '../request-head.ts'
import type { Route } from '../routes/route.ts'
import type { AccessTokens } from './access-tokens.ts'
import { isOfApp, requireOwnPage } from './own-pages.ts'
import type { SessionStore } from './session-store.ts'

/**
 * Exchanges the cookie of a session for an access token in the `Authorization` header, for requests of apps alone, and removes our
 * cookies from every request that is passed on. A request without the cookie stays as it is.
 * @throws AppError `request.cross_site`, `service.unavailable`
 */
export type SessionPolicy = (route: Route, head: RequestHead) => RequestHead | Promise<RequestHead>

interface PolicyOptions {
  readonly store: SessionStore
  readonly tokens: AccessTokens
  /** The origin that browsers use. */
  readonly origin: string
}

/** Makes the policy. */
export function sessionPolicy({ store, tokens, origin }: PolicyOptions): SessionPolicy {
  return (route, head) => {
    const { cookie, authorization } = head.headers
    if (cookie === undefined || !store.mayHold(cookie)) return head
    const stripped = withHeader(head, 'cookie', store.strip(cookie))
    // a browser sets no header on a WebSocket, and always sends the origin
    const isOfOurs = route.isSocket === true ? head.headers.origin === origin : isOfApp(head.headers)
    // what is mounted authenticates its own callers
    if (authorization !== undefined || route.checksCallers || !isOfOurs) return stripped
    const session = store.read(cookie)
    if (session === undefined) return stripped
    requireOwnPage(head.method, head.headers, origin)
    const token = tokens.of(session.refreshToken)
    return token instanceof Promise ? token.then((got) => withToken(stripped, got)) : withToken(stripped, token)
  }
}

function withToken(head: RequestHead, token: string | undefined): RequestHead {
  return token === undefined ? head : withHeader(head, 'authorization', `Bearer ${token}`)
}
