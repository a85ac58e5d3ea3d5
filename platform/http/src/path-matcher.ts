import { parameterIn, parsePathSegment } from '@stoa/contract'

interface Addressed {
  readonly method: string
  readonly path: string
}

/** Makes a function that returns, for a path without a matching route, the methods that the path supports (for `Allow`). */
export function makePathMatcher(routes: readonly Addressed[]): (path: string) => string[] {
  const patterns = routes.map(({ method, path }) => ({ method, segments: path.split('/').map(parsePathSegment) }))
  return (path) => {
    const segments = path.split('/')
    const methods = new Set<string>()
    for (const { method, segments: pattern } of patterns) {
      const matches =
        pattern.length === segments.length &&
        pattern.every((part, at) => {
          const segment = segments[at] ?? ''
          return part.parameter === undefined ? part.text === segment : parameterIn(part, segment) !== undefined
        })
      if (!matches) continue
      methods.add(method)
      if (method === 'GET') methods.add('HEAD')
    }
    return [...methods].toSorted()
  }
}
