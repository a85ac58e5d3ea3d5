import { setTimeout as delay } from 'node:timers/promises'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { eventually } from '@stoa/testing'
import { systemEnvironment } from '../config.ts'
import { verifyEmail } from '../verify-email.ts'
import { system } from './system.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
export const password = 'stoa-demo-only'

/** An answer of the gateway. */
export interface Answer<Body = any> {
  readonly status: number
  readonly body: Body
  readonly headers: Headers
}

interface Ask {
  readonly as?: string
  readonly body?: unknown
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
}

let gatewayUrl: string | undefined

/** From now on another system than the one of the journeys is asked, in this file. */
export function visit(url: string): void {
  gatewayUrl = url
}

/** Asks the gateway, as a client does. */
export async function ask(method: string, path: string, { as, body, key, headers }: Ask = {}): Promise<Answer> {
  const response = await fetch((gatewayUrl ?? system.gatewayUrl) + path, {
    method,
    headers: {
      ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(40_000),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers }
}

/** The access token of an account; where many sign in at once, one that is refused for lack of time or room retries. */
export async function signIn(email: string, secret = password): Promise<string> {
  const asked = { body: { email, password: secret } }
  const { status, body } = await untilInTime(() => ask('POST', '/api/v1/users/authenticate', asked))
  if (status !== 200) throw new Error(`${email} could not sign in: ${status} ${JSON.stringify(body)}`)
  return body.accessToken
}

async function untilInTime(attempt: () => Promise<Answer>): Promise<Answer> {
  const giveUpAt = performance.now() + 180_000
  for (;;) {
    const answer = await attempt()
    if (![503, 504].includes(answer.status) || performance.now() > giveUpAt) return answer
    // At once, those who are late would keep each other late.
    await delay(500)
  }
}

/** A new customer with a payment method for a sandbox token. */
export interface Customer {
  readonly id: string
  readonly token: string
  readonly paymentMethodId: string
}

/** Registers an account. Each attempt has its own address: one that was too late may still have been made. */
async function register(): Promise<{ id: string; email: string }> {
  let email = ''
  const { status, body } = await untilInTime(() => {
    email = `${randomUUID()}@stoa.example`
    return ask('POST', '/api/v1/users', { body: { email, password, name: 'Journey' } })
  })
  if (status !== 201) throw new Error(`no account was made: ${status} ${JSON.stringify(body)}`)
  return { id: body.id, email }
}

/** A new customer whose e-mail address is verified, which a coupon with a limit per customer needs. */
export async function newVerifiedCustomer(sandboxToken = 'tok_visa'): Promise<Customer> {
  return newCustomer(sandboxToken, verify)
}

/** Verifies the address of an account by the link in its mail. */
export async function verify(email: string): Promise<void> {
  await verifyEmail(system.home, email, (path, body) => ask('POST', path, { body }))
}

/** A new account; returns its e-mail address. */
export async function newAccount(): Promise<string> {
  return (await register()).email
}

/** A new customer with a payment method. */
export async function newCustomer(
  sandboxToken = 'tok_visa',
  prepare: (email: string) => Promise<void> = async () => {},
): Promise<Customer> {
  const { id, email } = await register()
  await prepare(email)
  const token = await signIn(email)
  const method = { as: token, body: { provider: 'sandbox', token: sandboxToken }, key: randomUUID() }
  const { status, body } = await untilInTime(() => ask('POST', '/api/v1/payment-methods', method))
  if (status !== 201) throw new Error(`no payment method was made: ${status} ${JSON.stringify(body)}`)
  return { id, token, paymentMethodId: body.id }
}

export const address = { name: 'Ada Lovelace', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' }

/** The body of an order. */
export function orderOf(paymentMethodId: string, more: object = {}): object {
  return { items: [{ sku: 'TEA-GREEN-100', quantity: 1 }], shippingAddress: address, paymentMethodId, ...more }
}

/** Places an order and waits for its outcome. */
export function place(
  { token, paymentMethodId }: Pick<Customer, 'token' | 'paymentMethodId'>,
  more: object = {},
  key: string = randomUUID(),
): Promise<Answer> {
  return ask('POST', '/api/v1/orders', {
    as: token,
    key,
    body: orderOf(paymentMethodId, more),
    headers: { prefer: 'wait=10' },
  })
}

/** The one payment of an order, as staff see it. */
export async function paymentOf(orderId: string, staff: string) {
  const { body } = await ask('GET', `/api/v1/payments?orderId=${orderId}`, { as: staff })
  return body.items[0]
}

/** What can be sold of a SKU now. */
export async function availabilityOf(sku: string): Promise<{ available: number; onHand: number; reserved: number }> {
  const { body } = await ask('GET', `/api/v1/inventory/availability?sku=${sku}`)
  return body.items[0]
}

/** Attaches a text file to a ticket. */
export async function attachText(ticketId: string, token: string, fileName: string): Promise<Response> {
  const query = `fileName=${encodeURIComponent(fileName)}`
  return fetch(`${system.gatewayUrl}/api/v1/tickets/${ticketId}/attachments?${query}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'text/plain',
      'idempotency-key': randomUUID(),
    },
    body: `the content of ${fileName}`,
  })
}

/** The stoa command over the system of the journeys; throws when it fails. */
export async function stoa(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(root, 'cli/src/main.ts'), ...args], {
    cwd: root,
    env: systemEnvironment(system.home),
  })
  return stdout
}

/** What a command came to. */
export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** The stoa command over the system of the journeys, as a shell would run it. */
export function command(...args: string[]): Promise<Outcome> {
  return commandIn({}, ...args)
}

/** The stoa command with these variables in its environment. */
export async function commandIn(environment: Record<string, string>, ...args: string[]): Promise<Outcome> {
  const env = { ...systemEnvironment(system.home), NO_COLOR: '1', ...environment }
  const options = { cwd: root, env, maxBuffer: 2 ** 26 }
  try {
    const { stdout, stderr } = await run(join(root, 'stoa'), args, options)
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string }
    if (typeof code !== 'number') throw error
    return { code, out: stdout ?? '', err: stderr ?? '' }
  }
}

/** The JSON that a command prints; throws when it fails. */
export async function commandJson<Value = any>(...args: string[]): Promise<Value> {
  const { code, out, err } = await command(...args, '--json')
  if (code !== 0) throw new Error(`stoa ${args.join(' ')} ended with ${code}: ${err}`)
  return JSON.parse(out) as Value
}

/** One line of a service's log. */
export interface LogLine {
  readonly service: string
  readonly message: string
  readonly traceId?: string
  readonly orderId?: string
}

/** Every log line that holds this text. */
export async function logLinesWith(text: string): Promise<LogLine[]> {
  const folder = join(system.home, 'logs')
  const files = (await readdir(folder)).filter((name) => /\.log(\.\d+)?$/.test(name))
  const contents = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return contents
    .flatMap((content) => content.split('\n'))
    .filter((line) => line.startsWith('{') && line.includes(text))
    .map((line) => JSON.parse(line) as LogLine)
}

export { eventually }
