import { parsePathSegment } from '@stoa/contract'

/** The path as fastify writes it: `/orders/{id}` → `/orders/:id`, `/{model}:predict` → `/:model(^[^:]+)::predict`. */
export function urlOf(path: string): string {
  return path
    .split('/')
    .map((segment) => {
      const { parameter, text } = parsePathSegment(segment)
      const literal = text.replaceAll(':', '::')
      if (parameter === undefined) return literal
      return text === '' ? `:${parameter}` : `:${parameter}(^[^:]+)${literal}`
    })
    .join('/')
}
