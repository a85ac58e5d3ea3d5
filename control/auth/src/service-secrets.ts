/** Reads `name=secret` pairs; throws when one is not a pair or a name comes twice. */
export function parseServiceSecrets(pairs: readonly string[]): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>()
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    if (at < 1 || secrets.has(name))
      throw new Error(`SERVICE_SECRETS lists ${name || 'a service'} twice or in a wrong form`)
    secrets.set(name, pair.slice(at + 1))
  }
  return secrets
}
