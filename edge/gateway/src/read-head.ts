import type { IsTrustedProxy } from '@stoa/http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type AppError, platformError } from '@stoa/kernel'
import { clientAddress } from './client-address.ts'
import type { RequestHead } from './exchange.ts'
import { H2Request } from './tls/h2-exchange.ts'
import { isSecure } from './tls/is-secure.ts'
import { normalPath } from './routes/normal-path.ts'

/**
 * The head of a request as all policies see it and as it is sent on, so that both agree what it says. Throws AppError
 * `request.malformed` for what RFC 9112 wants refused and Node's parser takes, and `request.expectation_failed`.
 */
export function readHead(request: IncomingMessage, requestId: string, isTrustedProxy: IsTrustedProxy): RequestHead {
  checkVersion(request)
  checkSingle(request)
  const { expect } = request.headers
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
    throw platformError('request.expectation_failed', 'The only supported expectation is 100-continue.')
  }
  const { target, host } = targetOf(request.url ?? '/')
  const question = target.indexOf('?')
  const isOfServer = target === '*' && request.method === 'OPTIONS'
  const path = isOfServer ? target : normalPath(question < 0 ? target : target.slice(0, question))
  const search = question < 0 ? '' : target.slice(question)
  if (path === undefined || /[^\x21-\x7e]/.test(search)) throw malformed('The path is ambiguous.')
  const { headers, rawHeaders } = endToEnd(request)
  return {
    method: request.method ?? 'GET',
    path,
    search,
    headers: host === undefined ? headers : { ...headers, host },
    rawHeaders,
    address: clientAddress(request, isTrustedProxy),
    requestId,
    isSecure: isSecure(request),
  }
}

function checkVersion(request: IncomingMessage): void {
  const { httpVersion, headers } = request
  // the request line of HTTP/1.1 can name any version
  const isH2 = request instanceof H2Request
  if (!isH2 && httpVersion !== '1.1' && httpVersion !== '1.0')
    throw malformed('The version must be HTTP/1.1 or HTTP/1.0.')
  if (httpVersion === '1.0' && headers['transfer-encoding'] !== undefined)
    throw malformed('HTTP/1.0 does not support Transfer-Encoding.')
  if (httpVersion !== '1.0' && headers.host === undefined) throw malformed('The Host header is missing.')
}

/** Of two lines of one of these each reader may take another (RFC 9112, 3.2; RFC 9110, 5.3); Node takes the first. */
function checkSingle({ rawHeaders }: IncomingMessage): void {
  let hosts = 0
  let authorizations = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1
    else if (name.length === 13 && name.toLowerCase() === 'authorization') authorizations += 1
  }
  if (hosts > 1) throw malformed('There is more than one Host header.')
  if (authorizations > 1) throw malformed('There is more than one Authorization header.')
}

/** The target in origin form: of the absolute form (RFC 9112, 3.2.2), whose host counts and not that of the header. */
function targetOf(url: string): { readonly target: string; readonly host: string | undefined } {
  if (url.startsWith('/')) return { target: url, host: undefined }
  const [, host, rest = '/'] = /^https?:\/\/([\w.~%!$&'()*+,;=:[\]-]+)([/?].*)?$/i.exec(url) ?? []
  if (host === undefined) return { target: url, host }
  return { target: rest.startsWith('?') ? `/${rest}` : rest, host }
}

const framing = new Set(['host', 'connection', 'content-length', 'transfer-encoding'])

/** The fields without those that `Connection` names, which are for this hop alone (RFC 9110, 7.6.1). */
function endToEnd({ headers, rawHeaders }: IncomingMessage): Pick<RequestHead, 'headers' | 'rawHeaders'> {
  const named = namedByConnection(headers)
  if (named === undefined) return { headers, rawHeaders }
  return {
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !named.has(name))),
    rawHeaders: rawHeaders.filter((_, index) => !named.has((rawHeaders[index - (index % 2)] ?? '').toLowerCase())),
  }
}

function namedByConnection({ connection }: IncomingHttpHeaders): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined
  const tokens = connection.split(',').map((token) => token.trim().toLowerCase())
  return new Set(tokens.filter((token) => !framing.has(token)))
}

function malformed(detail: string): AppError {
  return platformError('request.malformed', detail)
}
