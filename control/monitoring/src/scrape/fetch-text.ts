import { get } from 'node:http'
import { untracedHeaders } from '@stoa/telemetry'

/** How long a scrape may take, and how much it may send. */
export interface ScrapeLimits {
  readonly timeoutMs: number
  readonly maxBytes: number
}

/** Reads a text over HTTP, without a span. Rejects if the target does not respond with success, is late or too large; the connection is then closed. */
export function fetchText(url: string, { timeoutMs, maxBytes }: ScrapeLimits): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // Of the whole: a target that sends byte after byte is never silent.
  const signal = AbortSignal.timeout(timeoutMs)
  const headers = { accept: 'text/plain;version=0.0.4', ...untracedHeaders() }
  const request = get(url, { signal, agent: false, headers }, (response) => {
    if (response.statusCode !== 200) {
      request.destroy(new Error(`status ${response.statusCode}`))
      return
    }
    const chunks: Buffer[] = []
    let size = 0
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) request.destroy(new Error(`more than ${maxBytes} bytes`))
      else chunks.push(chunk)
    })
    response.on('error', reject)
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
  })
  request.on('error', reject)
  return promise
}
