import { hash } from 'node:crypto'

/** A page that the gateway serves itself. */
export interface GatewayPage {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: Buffer
  /** The name of its route in metrics and logs. */
  readonly route: string
  /** What its entity tag is made of; the page never changes. */
  readonly tag?: string
  /** Whether it counts against the rate limit of the address; health does not. */
  readonly isCounted: boolean
}

/** Makes a page that stays the same as long as the gateway runs; clients that have it are answered 304. */
export function fixedPage(route: string, headers: readonly string[], content: string | Buffer): GatewayPage {
  const body = Buffer.from(content)
  return { status: 200, headers, body, route, tag: hash('sha256', body, 'base64url').slice(0, 27), isCounted: true }
}
