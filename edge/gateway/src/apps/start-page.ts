import { randomBytes } from 'node:crypto'
import type { GatewayPage } from '../fixed-page.ts'

/** Makes the start page of an app for one response: the styles that its script adds need the nonce of the response. */
export function startPage(route: string, start: string, origin: string): GatewayPage {
  const nonce = randomBytes(16).toString('base64')
  const body = start.replaceAll('{nonce}', nonce).replaceAll('{origin}', origin)
  return page(route, 200, body, policyWith(nonce))
}

/** The page in place of an app that is not built. */
export function missingPage(route: string, title: string): GatewayPage {
  const text = `${title} is not built: "npm start" builds it. Its output says what was missing.`
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><main><h1>${title}</h1><p>${text}</p></main></html>`
  return page(route, 503, body, policyWith(undefined))
}

function page(route: string, status: number, body: string, policy: string): GatewayPage {
  const headers = [
    ['content-type', 'text/html; charset=utf-8'],
    ['cache-control', 'no-store'],
    ['content-security-policy', policy],
    ['referrer-policy', 'same-origin'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['permissions-policy', 'camera=(), geolocation=(), microphone=()'],
  ]
  return { status, headers: headers.flat(), body: Buffer.from(body), route, isCounted: true }
}

function policyWith(nonce: string | undefined): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    nonce === undefined ? "style-src 'none'" : `style-src 'self' 'nonce-${nonce}'`,
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
