import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { MountHandler } from '@stoa/contract'
import type { Flag } from '@stoa/contracts/config/resources'
import { evaluate, type EvaluationInput } from '@stoa/flags/evaluate'
import { ofrepPath as basePath } from '@stoa/contracts/config/ofrep'
import type { Deps } from '../deps.ts'
import { stateOf } from '../served-flags.ts'

// The OpenFeature Remote Evaluation Protocol 0.2: https://openfeature.dev/docs/reference/other-technologies/ofrep

const maxBodyBytes = 65_536

interface Failure {
  readonly status: number
  readonly errorCode?: 'PARSE_ERROR' | 'INVALID_CONTEXT' | 'FLAG_NOT_FOUND' | 'GENERAL'
  readonly errorDetails: string
}

/** Serves OFREP. Callers without the permission to read flags see the client-side flags alone. */
export const ofrep = (deps: Deps): MountHandler =>
  async function serve(request, response, { caller }) {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const key = keyOf(path)
    if (key === undefined) return send(response, 404, { errorDetails: `There is nothing at ${path.slice(0, 200)}.` })
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST')
      return send(response, 405, { errorDetails: 'Flags are evaluated with POST.' })
    }
    const input = await readContext(request)
    if ('errorDetails' in input) return fail(response, key, input)
    const { flags } = await deps.servedFlags.current(deps.database.read)
    const visible = flags.map(({ flag }) => flag).filter(({ isClientSide }) => isClientSide || caller.can('flag:read'))
    if (key === '')
      return sendAll(
        request,
        response,
        visible.map((flag) => evaluateFlag(deps, flag, input.context)),
      )
    const flag = visible.find((each) => each.key === key)
    if (flag === undefined)
      return fail(response, key, {
        status: 404,
        errorCode: 'FLAG_NOT_FOUND',
        errorDetails: `There is no flag ${key.slice(0, 100)}.`,
      })
    const evaluated = evaluateFlag(deps, flag, input.context)
    send(response, 'errorCode' in evaluated ? 400 : 200, evaluated)
  }

/** The flag that a path names, an empty text for all flags, and undefined for any other path. */
function keyOf(path: string): string | undefined {
  if (path === basePath || path === `${basePath}/`) return ''
  const [, key] = /^\/ofrep\/v1\/evaluate\/flags\/([^/]+)$/.exec(path) ?? []
  try {
    return key === undefined ? undefined : decodeURIComponent(key)
  } catch {
    return undefined
  }
}

function evaluateFlag({ clock, evaluationLog }: Deps, flag: Flag, context: EvaluationInput): object {
  const { key, version } = flag
  const evaluated = evaluate({ key, state: stateOf(flag), nowMs: clock.now().epochMilliseconds }, context)
  if ('errorCode' in evaluated) return { key, errorCode: evaluated.errorCode, errorDetails: evaluated.detail }
  evaluationLog.note(key, evaluated.variant)
  return { key, ...evaluated, metadata: { version } }
}

/** All flags, with an entity tag of what they return for this context. */
function sendAll(request: IncomingMessage, response: ServerResponse, flags: readonly object[]): void {
  const body = JSON.stringify({ flags })
  const etag = `"${hash('sha256', body, 'base64url').slice(0, 27)}"`
  response.setHeader('etag', etag)
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  if (known.includes(etag) || known.includes('*')) return void response.writeHead(304).end()
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
}

async function readContext(request: IncomingMessage): Promise<{ readonly context: EvaluationInput } | Failure> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBodyBytes)
      return { status: 413, errorCode: 'GENERAL', errorDetails: `The body is larger than ${maxBodyBytes} bytes.` }
    chunks.push(chunk)
  }
  const body = parse(Buffer.concat(chunks).toString('utf8'))
  if (body === undefined) return { status: 400, errorCode: 'PARSE_ERROR', errorDetails: 'The body is not JSON.' }
  const context = isRecord(body) ? (body['context'] ?? {}) : undefined
  if (!isRecord(context))
    return { status: 400, errorCode: 'INVALID_CONTEXT', errorDetails: 'The body must be {"context": {…}}.' }
  const large = findLarge(context)
  if (large !== undefined) return { status: 400, errorCode: 'INVALID_CONTEXT', errorDetails: large }
  const { targetingKey } = context
  if (targetingKey !== undefined && typeof targetingKey !== 'string')
    return { status: 400, errorCode: 'INVALID_CONTEXT', errorDetails: 'The targetingKey must be a string.' }
  return { context }
}

const maxAttributes = 100
const maxItems = 100
const maxLength = 1_000

/** What is too large in a context: rules compare each item of a list with each of their values, and anyone may send contexts. */
function findLarge(context: Readonly<Record<string, unknown>>): string | undefined {
  const attributes = Object.entries(context)
  if (attributes.length > maxAttributes) return `A context may have at most ${maxAttributes} attributes.`
  const isLong = (value: unknown) => typeof value === 'string' && value.length > maxLength
  for (const [name, value] of attributes) {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (items.length > maxItems) return `${name.slice(0, 60)} may have at most ${maxItems} items.`
    if (items.some(isLong)) return `A text in ${name.slice(0, 60)} may have at most ${maxLength} characters.`
  }
  return undefined
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fail(response: ServerResponse, key: string, { status, ...failure }: Failure): void {
  send(response, status, key === '' ? failure : { key: key.slice(0, 100), ...failure })
}

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body))
}
