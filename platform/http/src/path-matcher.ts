interface Addressed {
  readonly method: string
  readonly path: string
}

/** Makes what tells, for a path that no route took, which methods it would have known (for `Allow`). */
export function makePathMatcher(routes: readonly Addressed[]): (path: string) => string[] {
  const patterns = routes.map(({ method, path }) => ({ method, segments: path.split('/') }))
  return (path) => {
    const segments = path.split('/')
    const methods = new Set<string>()
    for (const { method, segments: pattern } of patterns) {
      const matches =
        pattern.length === segments.length &&
        pattern.every((part, at) => (part.startsWith('{') ? segments[at] !== '' : part === segments[at]))
      if (!matches) continue
      methods.add(method)
      if (method === 'GET') methods.add('HEAD')
    }
    return [...methods].toSorted()
  }
}
