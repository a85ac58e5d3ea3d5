import type { ServerResponse } from 'node:http'
import type { ErrorCatalogue, ErrorDescription, Service } from '@stoa/contract'
import { platformErrors, withPortablePatterns } from '@stoa/contract'
import { errorGuide, openApiDocument } from '@stoa/http'
import { asyncApiDocument } from '@stoa/service'
import { apiReference } from './api-reference.ts'
import { sendWhole } from './compression/send-whole.ts'
import type { RequestHead } from './exchange.ts'
import { fixedPage, type GatewayPage } from './fixed-page.ts'
import { MethodNotAllowed } from './pipeline.ts'

interface PagesOptions {
  readonly services: readonly Service[]
  readonly version: string
  readonly isReady: () => boolean
  readonly furtherErrors: ErrorCatalogue | undefined
}

/**
 * What the gateway serves itself: health, the API reference, and what is made from the contracts: OpenAPI, the pages of error codes, the
 * events' schemas; and `OPTIONS *`, which asks of the server as a whole (RFC 9110, 9.3.7).
 */
export function gatewayPages(options: PagesOptions): (head: RequestHead) => GatewayPage | undefined {
  const documents = makeDocuments(options)
  const reference = apiReference(options.services)
  const made = new Map<string, GatewayPage>()
  const find = (path: string): GatewayPage | undefined => {
    if (path === '/health/live') return health(path, true)
    if (path === '/health/ready') return health(path, options.isReady())
    const known = made.get(path)
    if (known !== undefined) return known
    const page = reference(path) ?? documents(path)
    if (page !== undefined) made.set(path, page)
    return page
  }
  return ({ method, path }) => {
    if (path === '*') return serverOptions
    const page = find(path)
    if (page !== undefined && method !== 'GET' && method !== 'HEAD') throw new MethodNotAllowed(method, ['GET', 'HEAD'])
    return page
  }
}

/** Sends a page; returns its status. */
export function sendPage(
  { status, headers, body, tag }: GatewayPage,
  head: RequestHead,
  response: ServerResponse,
  extraHeaders: readonly string[],
): number {
  const length = ['content-length', String(body.length)]
  let sent = status
  const client = {
    get destroyed() {
      return response.destroyed
    },
    writeHead(as: number, fields: readonly string[]) {
      sent = as
      return response.writeHead(as, [...fields])
    },
  }
  sendWhole(head, client, { status, headers: [...headers, ...length, ...extraHeaders], body, tag })
  return sent
}

const serverOptions: GatewayPage = {
  status: 200,
  headers: ['allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
  body: Buffer.alloc(0),
  route: '*',
  isCounted: true,
}

function health(route: string, isUp: boolean): GatewayPage {
  return {
    status: isUp ? 200 : 503,
    headers: ['content-type', 'application/json', 'cache-control', 'no-store'],
    body: Buffer.from(`{"status":"${isUp ? 'up' : 'down'}"}`),
    route,
    isCounted: false,
  }
}

/** Whether it is a version or an earlier one of its major version: their events are in the log, and only additions tell them from this one. */
function isUpTo(latest: string, version: string): boolean {
  if (version === latest) return true
  const [major = '', minor = '', patch] = version.split('.')
  const [latestMajor, latestMinor] = latest.split('.')
  return (
    patch === '0' && major === latestMajor && String(Number(minor)) === minor && Number(minor) <= Number(latestMinor)
  )
}

function makeDocuments({ services, version, furtherErrors }: PagesOptions) {
  const codes = new Map<string, ErrorDescription>(Object.entries({ ...platformErrors, ...furtherErrors }))
  const events = new Map(
    services.flatMap(({ publishes }) => Object.values(publishes).map((event) => [event.type, event])),
  )
  for (const { errors } of services)
    for (const [code, description] of Object.entries(errors)) if (!codes.has(code)) codes.set(code, description)
  const schemaAt = (path: string) => {
    const [, type = '', asked = ''] = /^\/schemas\/([^/]+)\/([\d.]+)$/.exec(path) ?? []
    const event = events.get(type)
    return event !== undefined && isUpTo(event.version, asked) ? withPortablePatterns(event.data) : undefined
  }
  const openApi = (described: readonly Service[], title: string, route: string) =>
    documentPage(route, 'application/json', JSON.stringify(openApiDocument(described, { title, version }, 'gateway')))
  return (path: string): GatewayPage | undefined => {
    if (path === '/openapi.json') return openApi(services, 'Stoa', path)
    const service = findNamed(services, /^\/openapi\/([a-z0-9-]+)\.json$/, path)
    if (service !== undefined) return openApi([service], `Stoa ${service.name}`, '/openapi/{service}.json')
    const events = findNamed(services, /^\/asyncapi\/([a-z0-9-]+)\.json$/, path)
    if (events !== undefined) {
      const document = asyncApiDocument(events, { title: `Stoa ${events.name}`, version })
      return documentPage('/asyncapi/{service}.json', 'application/json', JSON.stringify(document))
    }
    const schema = schemaAt(path)
    if (schema !== undefined) return documentPage(path, 'application/schema+json', JSON.stringify(schema))
    const code = path.startsWith('/errors/') ? path.slice('/errors/'.length) : undefined
    const description = code === undefined ? undefined : codes.get(code)
    return code === undefined || description === undefined
      ? undefined
      : documentPage('/errors/{code}', 'text/html; charset=utf-8', errorPage(code, description))
  }
}

/** The service that a path of this form names. */
function findNamed(services: readonly Service[], form: RegExp, path: string): Service | undefined {
  const [, name] = form.exec(path) ?? []
  return services.find((each) => each.name === name)
}

function documentPage(route: string, type: string, text: string): GatewayPage {
  return fixedPage(route, ['content-type', type, 'cache-control', 'public, max-age=300'], text)
}

function errorPage(code: string, description: ErrorDescription): string {
  const { status, title, why, fix, retry } = errorGuide(code, description)
  const facts = [
    ['Status', String(status)],
    ['Why it happens', why],
    ['What to do', fix],
    ['Retry?', retry],
  ].map(([name = '', text = '']) => `<dt>${name}<dd>${escaped(text)}`)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(code)}</title><main><h1>${escaped(title)}</h1><p><code>${escaped(code)}</code></p><dl>${facts.join('')}</dl></main></html>`
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
