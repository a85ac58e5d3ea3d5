/** A cookie of ours. */
export interface CookieKind {
  readonly name: string
  readonly path: string
  readonly sameSite: 'Strict' | 'Lax'
  readonly isSecure: boolean
  readonly maxAgeSeconds: number
}

/** The value of a cookie in a `Cookie` header; undefined if it is missing or there is more than one of the name. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  if (header === undefined || !header.includes(name)) return undefined
  const values = pairsIn(header).filter((pair) => nameOf(pair) === name)
  // of two, one may have been set by a page of another port or subdomain
  return values.length === 1 ? values[0]?.slice(name.length + 1) : undefined
}

/** A `Cookie` header without the cookies of these names; undefined if nothing is left. */
export function withoutCookies(header: string, names: readonly string[]): string | undefined {
  const left = pairsIn(header).filter((pair) => !names.includes(nameOf(pair)))
  return left.length === 0 ? undefined : left.join('; ')
}

/** The `Set-Cookie` header that gives a browser this value. */
export function setCookie({ name, path, sameSite, isSecure, maxAgeSeconds }: CookieKind, value: string): string {
  const secure = isSecure ? '; Secure' : ''
  return `${name}=${value}; Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=${sameSite}${secure}`
}

/** The `Set-Cookie` header that removes the cookie. */
export function clearCookie(kind: CookieKind): string {
  return setCookie({ ...kind, maxAgeSeconds: 0 }, '')
}

function pairsIn(header: string): string[] {
  return header.split(/; */).filter((pair) => pair !== '')
}

function nameOf(pair: string): string {
  return pair.slice(0, pair.indexOf('='))
}
