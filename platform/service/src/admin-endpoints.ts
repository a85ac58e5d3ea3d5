import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ExtraRoute } from '@stoa/http'
import { platformError } from '@stoa/kernel'
import { unknownPath, type Area } from '@stoa/kernel/admin'
import type { Health } from './health.ts'

interface AdminOptions {
  /** The operating endpoints of the parts of the service, by their path segment after `/admin/`. */
  readonly areas: Readonly<Record<string, Area>>
  readonly health: Health
  readonly instanceId: string
}

const largestBodyBytes = 65_536

/** The operating endpoints of a service, on its own port and for `ops` only: the areas of its parts, and its health. */
export function adminEndpoints(options: AdminOptions): ExtraRoute {
  const areas = { ...options.areas, health: healthArea(options) }
  return { path: '/admin/*', permission: 'ops', handle: (request, response) => answer(request, response, areas) }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  areas: Readonly<Record<string, Area>>,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://service')
  const [, , name = '', ...path] = segmentsOf(url.pathname)
  const area = Object.hasOwn(areas, name) ? areas[name] : undefined
  if (area === undefined) throw unknownPath()
  const body = () => readBody(request)
  const result = await area({ method: request.method ?? 'GET', path, query: url.searchParams, body })
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result))
}

/** `/health` for operators who reach the service only through the gateway, with the id of the responding instance. */
function healthArea({ health, instanceId }: AdminOptions): Area {
  return async ({ method, path }) => {
    if (method !== 'GET' || path.length > 0) throw unknownPath()
    return { instance: instanceId, ...(await health.report()) }
  }
}

/** Returns the segments of a path. @throws AppError 400 if a segment cannot be decoded or contains NUL */
function segmentsOf(pathname: string): string[] {
  try {
    const segments = pathname.split('/').map(decodeURIComponent)
    if (!segments.some((segment) => segment.includes('\0'))) return segments
  } catch {
    // no percent-encoding: refused below
  }
  throw platformError('request.malformed', 'The path cannot be decoded.')
}

/** Returns the JSON object in the body of a request, `{}` if the body is empty. @throws AppError 400, 413 */
async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > largestBodyBytes) throw platformError('request.too_large', 'the body is too large')
    chunks.push(chunk)
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || '{}')
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  } catch {
    // not JSON: refused below
  }
  throw platformError('request.malformed', 'the body is not a JSON object')
}
