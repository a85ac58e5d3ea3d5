import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fields, type Fields } from './form.ts'
import { StripeRefusal } from './refusal.ts'
import { stripeWorld, type StripeWorld } from './world.ts'

/** What goes wrong with the next request to a path, once. */
type Fault =
  /** It is carried out, and never answered. */
  | 'lost answer'
  /** It is carried out, and the connection breaks. */
  | 'broken'
  /** It is not carried out. */
  | { readonly retryAfter: number }
  /** It is carried out, and the answer says that something failed. */
  | 'server error'
  /** It is not carried out: the account has too little. */
  | 'refused'
  /** It is carried out by another request with the same key, which is in progress. */
  | 'in progress'

/** A double of Stripe: its API as far as payment uses it, with the idempotency of the real one, behind HTTP. */
export interface StripeDouble {
  readonly url: string
  readonly world: StripeWorld
  /** Method and path of every request, oldest first. */
  readonly requests: readonly string[]
  readonly failNext: (request: string, fault: Fault) => void
  /** What the customer does with the bank. */
  readonly confirm: (intentId: string, isPassed: boolean) => void
  /** The event of an object as Stripe delivers it, signed. */
  readonly event: (type: string, object: object, options?: EventOptions) => SignedEvent
  readonly stop: () => Promise<void>
}

interface EventOptions {
  readonly id?: string
  readonly at?: Date
  readonly secret?: string
}

/** A delivery of a webhook. */
export interface SignedEvent {
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

export const webhookSecret = 'whsec_double0123456789abcdefghij'
export const secretKey = 'sk_test_double0123456789'

interface Answer {
  readonly status: number
  readonly body: object
}

export async function startStripeDouble({ port = 0 } = {}): Promise<StripeDouble> {
  const world = stripeWorld()
  const requests: string[] = []
  const faults = new Map<string, Fault[]>()
  const answered = new Map<string, { readonly form: string; readonly answer: Answer }>()

  function carryOut(key: string | undefined, request: string, form: string): Answer & { readonly isReplayed: boolean } {
    const known = key === undefined ? undefined : answered.get(key)
    if (known !== undefined) {
      if (known.form === form) return { ...known.answer, isReplayed: true }
      return { ...problem(400, { type: 'idempotency_error', message: 'other parameters' }), isReplayed: false }
    }
    const answer = attempt(world, request, fields(form))
    if (key !== undefined) answered.set(key, { form, answer })
    return { ...answer, isReplayed: false }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url ?? '/', 'http://stripe')
    const name = `${request.method} ${url.pathname.replace('/v1', '')}`
    requests.push(name)
    const fault = faults.get(name)?.shift() ?? faults.get(name.replace(/\/(pi|pm|du)_\w+/, '/*'))?.shift()
    if (request.headers.authorization !== `Bearer ${secretKey}`)
      return send(response, problem(401, { type: 'invalid_request_error', message: 'no such key' }))
    if (typeof fault === 'object') {
      const limited = problem(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'too many' })
      return send(response, limited, { 'retry-after': String(fault.retryAfter) })
    }
    if (fault === 'refused')
      return send(response, problem(400, { type: 'invalid_request_error', code: 'balance_insufficient' }))
    const form = Buffer.concat(chunks).toString() || url.searchParams.toString()
    const key = request.headers['idempotency-key']
    const { isReplayed, ...answer } = carryOut(typeof key === 'string' ? key : undefined, name, form)
    if (fault === 'lost answer') return
    if (fault === 'broken') return void request.socket.destroy()
    if (fault === 'in progress') return send(response, problem(409, keyInUse))
    if (fault === 'server error') return send(response, problem(500, { type: 'api_error', message: 'sorry' }))
    send(response, answer, isReplayed ? { 'idempotent-replayed': 'true' } : {})
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  // A connection that ends while a request is on its way would be a fault that no test asked for.
  server.keepAliveTimeout = 0
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    requests,
    failNext: (request, fault) => faults.set(request, [...(faults.get(request) ?? []), fault]),
    confirm: (intentId, isPassed) => world.confirmed(intentId, isPassed),
    event: signedEvent,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Stripe gives it the type of a request that is wrong. */
const keyInUse = { type: 'invalid_request_error', code: 'idempotency_key_in_use', message: 'in progress' }

function attempt(world: StripeWorld, request: string, form: Fields): Answer {
  try {
    return { status: 200, body: world.answer(request, form) }
  } catch (error) {
    if (error instanceof StripeRefusal) return problem(error.status, error.error)
    throw error
  }
}

function problem(status: number, error: object): Answer {
  return { status, body: { error } }
}

function send(
  response: ServerResponse,
  { status, body }: Answer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_double', ...headers })
  response.end(JSON.stringify(body))
}

function signedEvent(
  type: string,
  object: object,
  { id = `evt_${randomUUID()}`, at = new Date(), secret = webhookSecret }: EventOptions = {},
): SignedEvent {
  const created = Math.floor(at.getTime() / 1_000)
  const text = JSON.stringify({ id, object: 'event', type, created, livemode: false, data: { object } }, null, 2)
  const signature = createHmac('sha256', secret).update(`${created}.${text}`).digest('hex')
  return { text, headers: { 'stripe-signature': `t=${created},v1=${signature}` } }
}
