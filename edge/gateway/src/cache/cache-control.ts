/** The directives of a `Cache-Control` field, by name in small letters; one without a value is ''. */
export type Directives = ReadonlyMap<string, string>

const none: Directives = new Map()
const directive = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?/g

/** Reads a `Cache-Control` field (RFC 9111, 5.2); the first of a name counts. */
export function parseCacheControl(field: string | undefined): Directives {
  if (field === undefined) return none
  const directives = new Map<string, string>()
  for (const [, name = '', quoted, token] of field.matchAll(directive)) {
    const known = name.toLowerCase()
    if (!directives.has(known)) directives.set(known, quoted ?? token ?? '')
  }
  return directives
}

/** Returns the seconds of a directive; undefined if it is missing. An invalid value counts as 0: stale (4.2.1). */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const value = directives.get(name)
  if (value === undefined) return undefined
  return /^\d+$/.test(value) ? Math.min(Number(value), 2_147_483_648) : 0
}
