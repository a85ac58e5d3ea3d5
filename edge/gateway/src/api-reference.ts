import { existsSync, readFileSync } from 'node:fs'
import { isInternalPath, type Service } from '@stoa/contract'
import { fixedPage, type GatewayPage } from './fixed-page.ts'

// Everything comes from the gateway itself, and the page runs no code but its own files.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const html = 'text/html; charset=utf-8'
const javaScript = 'text/javascript; charset=utf-8'

interface Packaged {
  readonly type: string
  /** Its address where nothing is bundled. */
  readonly url: () => string
}

const packaged: Readonly<Record<string, Packaged>> = {
  'swagger-ui-bundle.js': {
    type: javaScript,
    url: () => import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  },
  'swagger-ui.css': {
    type: 'text/css; charset=utf-8',
    url: () => import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
  },
}

const start = `const service = location.pathname.split('/').at(-1)
SwaggerUIBundle({
  url: '/openapi/' + service + '.json',
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  tryItOutEnabled: true,
  validatorUrl: null,
})
`

/**
 * Makes the API reference for people: `/docs` lists the services, `/docs/{service}` shows the operations of one, each with
 * a form that sends a request (Swagger UI). It works offline.
 */
export function apiReference(services: readonly Service[]): (path: string) => GatewayPage | undefined {
  const names = services.map(({ name }) => name)
  return (path) => {
    if (path === '/docs') return page('/docs', html, listOf(services))
    const name = path.startsWith('/docs/') ? path.slice('/docs/'.length) : ''
    if (names.includes(name)) return page('/docs/{service}', html, referenceOf(name))
    if (name === 'start.js') return page('/docs/{file}', javaScript, start)
    const file = Object.hasOwn(packaged, name) ? packaged[name] : undefined
    return file === undefined ? undefined : page('/docs/{file}', file.type, readPackaged(name, file))
  }
}

function page(route: string, type: string, body: string | Buffer): GatewayPage {
  const headers = [
    ['content-type', type],
    ['content-security-policy', policy],
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'no-referrer'],
    ['cache-control', 'public, max-age=3600'],
  ]
  return fixedPage(route, headers.flat(), body)
}

function listOf(services: readonly Service[]): string {
  const items = services.map(({ name, operations }) => {
    const count = Object.values(operations).filter(({ kind, path }) => kind !== 'mount' && !isInternalPath(path)).length
    const documents = `<a href="/openapi/${name}.json">OpenAPI</a>, <a href="/asyncapi/${name}.json">AsyncAPI</a>`
    return `<li><a href="/docs/${name}">${name}</a>: ${count} ${count === 1 ? 'operation' : 'operations'} (${documents})`
  })
  return document(
    'Stoa API reference',
    `<h1>Stoa API reference</h1>
<p>Each page lists the operations of one service, with a form that sends a request. To call an operation that needs a token,
choose Authorize and paste one; <code>npm run -s stoa -- token</code> prints one on the machine that runs Stoa.
<p>The same as OpenAPI 3.1: <a href="/openapi.json">all services</a>, or <code>/openapi/{service}.json</code>. The events of a
service are described by its AsyncAPI document, <code>/asyncapi/{service}.json</code>.
<ul>${items.join('')}</ul>`,
  )
}

function referenceOf(service: string): string {
  return document(
    `${service}: Stoa API reference`,
    `<nav><a href="/docs">All services</a></nav>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>`,
  )
}

function document(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<style>body{font-family:sans-serif;margin:1rem}nav{margin-bottom:1rem}</style>
<main class="swagger-ui">${body}</main>
</html>
`
}

function readPackaged(name: string, { url }: Packaged): Buffer {
  // Beside the service in a bundle, in the package elsewhere.
  const bundled = new URL(`../assets/${name}`, import.meta.url)
  return readFileSync(existsSync(bundled) ? bundled : new URL(url()))
}
