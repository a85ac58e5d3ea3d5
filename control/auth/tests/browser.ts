/** A browser as far as signing in needs one: cookies by path, redirects followed within the server under test. */
export interface Browser {
  readonly get: (address: string) => Promise<Visit>
  readonly submit: (visit: Visit, fields: Record<string, string>, headers?: Record<string, string>) => Promise<Visit>
  readonly cookies: () => string[]
}

export interface Visit {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
  readonly attributes: string
}

/** Opens a browser that reaches the issuer's addresses at `served`. */
export function openBrowser(issuer: string, served: string): Browser {
  const jar = new Map<string, Cookie>()
  const visit = async (address: string, init: RequestInit = {}): Promise<Visit> => {
    const url = new URL(address, issuer)
    const sent = [...jar.values()]
      .filter(({ path }) => url.pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
    const headers = { ...(init.headers as Record<string, string>), cookie: sent.join('; ') }
    const response = await fetch(served + url.pathname + url.search, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) keep(jar, line)
    const text = await response.text()
    const location = response.headers.get('location')
    const next = location === null ? undefined : new URL(location, issuer)
    const isOurs = next?.origin === new URL(issuer).origin && next.pathname.startsWith('/oauth2/')
    if (next !== undefined && isOurs) return visit(next.href)
    return { url: next ?? url, status: response.status, headers: response.headers, text }
  }
  return {
    get: (address) => visit(address),
    submit: (page, fields, headers = {}) => {
      const action = /<form[^>]*action="([^"]+)"/.exec(page.text)?.[1] ?? page.url.href
      const hidden = [...page.text.matchAll(/<input\s+type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"/g)]
      const given = Object.fromEntries(hidden.map(([, name, value]) => [name ?? '', value ?? '']))
      return visit(action, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams({ ...given, ...fields }).toString(),
      })
    },
    cookies: () => [...jar.values()].map(({ name, attributes }) => `${name}; ${attributes}`),
  }
}

function keep(jar: Map<string, Cookie>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ')
  const at = pair.indexOf('=')
  const path = attributes.find((attribute) => attribute.startsWith('path='))?.slice('path='.length) ?? '/'
  const cookie = { name: pair.slice(0, at), value: pair.slice(at + 1), path, attributes: attributes.join('; ') }
  if (cookie.value === '') jar.delete(cookie.name + path)
  else jar.set(cookie.name + path, cookie)
}
