import type { ErrorCatalogue, ErrorDescription, Service } from '@stoa/contract'
import { platformErrors } from '@stoa/contract'
import { errorGuide, openApiDocument } from '@stoa/http'

/** A page the gateway answers itself. */
export interface GatewayPage {
  /** 200 when not said. */
  readonly status?: number
  readonly type: string
  readonly text: string
}

/** What the gateway makes from the contracts and serves itself: OpenAPI, the pages of error codes, the events' schemas. */
export function gatewayPages(
  services: readonly Service[],
  version: string,
  furtherErrors: ErrorCatalogue = {},
): (path: string) => GatewayPage | undefined {
  const codes = new Map<string, ErrorDescription>(Object.entries({ ...platformErrors, ...furtherErrors }))
  const schemas = new Map<string, unknown>()
  for (const { errors, publishes } of services) {
    for (const [code, description] of Object.entries(errors)) codes.set(code, description)
    for (const event of Object.values(publishes)) schemas.set(`/schemas/${event.type}/${event.version}`, event.data)
  }
  let openApi: string | undefined
  return (path) => {
    if (path === '/openapi.json') {
      openApi ??= JSON.stringify(openApiDocument(services, { title: 'Stoa', version }))
      return { type: 'application/json', text: openApi }
    }
    const schema = schemas.get(path)
    if (schema !== undefined) return { type: 'application/schema+json', text: JSON.stringify(schema) }
    const code = path.startsWith('/errors/') ? path.slice('/errors/'.length) : undefined
    const description = code === undefined ? undefined : codes.get(code)
    return code === undefined || description === undefined
      ? undefined
      : { type: 'text/html; charset=utf-8', text: errorPage(code, description) }
  }
}

function errorPage(code: string, description: ErrorDescription): string {
  const { status, title, why, mend, retry } = errorGuide(code, description)
  const facts = [
    ['Status', String(status)],
    ['Why it happens', why],
    ['What to do', mend],
    ['Ask again?', retry],
  ].map(([name = '', said = '']) => `<dt>${name}<dd>${escaped(said)}`)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(code)}</title><main><h1>${escaped(title)}</h1><p><code>${escaped(code)}</code></p><dl>${facts.join('')}</dl></main></html>`
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
