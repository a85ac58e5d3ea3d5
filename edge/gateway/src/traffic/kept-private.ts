import type { AnswerTarget } from '../exchange.ts'

const forSharedCaches = new Set(['cache-control', 'expires', 'surrogate-control', 'cdn-cache-control'])

/**
 * The client of a response that most clients do not get: caches between it and the gateway know neither accounts nor weights, and would
 * give what one version has answered to the clients of the others.
 */
export function keptPrivate(client: AnswerTarget): AnswerTarget {
  const target: AnswerTarget = {
    get destroyed() {
      return client.destroyed
    },
    writeHead: (status, headers) => client.writeHead(status, privateFields(headers)),
    write: (data) => client.write(data),
    end: (data) => client.end(data),
    destroy: () => client.destroy(),
    on: (event, listener) => client.on(event, listener),
    once: (event, listener) => client.once(event, listener),
    off: (event, listener) => client.off(event, listener),
  }
  return target
}

function privateFields(headers: readonly string[]): string[] {
  const isNeverStored = (value: string, index: number) =>
    index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'cache-control' && /no-store/i.test(value)
  if (headers.some(isNeverStored)) return [...headers]
  const kept = headers.filter((_, index) => !forSharedCaches.has((headers[index - (index % 2)] ?? '').toLowerCase()))
  return [...kept, 'cache-control', 'private, no-cache']
}
