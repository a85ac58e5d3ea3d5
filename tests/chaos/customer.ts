import { randomUUID } from 'node:crypto'
import { askUntilAnswered, type Answer, type Gateway } from './gateway.ts'
import type { Wish } from './wish.ts'

const password = 'stoa-demo-only'
const patienceMs = 120_000

export const cards = ['tok_visa', 'tok_declined', 'tok_insufficient_funds', 'tok_timeout', 'tok_flaky'] as const
export type Card = (typeof cards)[number]

/** A customer with an account, who repeats what was not answered. */
export interface Customer {
  readonly id: string
  /** The payment method for a card of the sandbox. */
  readonly methodFor: (card: Card) => string
  /** Asks until answered, signing in again when the token is no longer taken. */
  readonly insist: (method: string, path: string, ask?: Insisting) => Promise<Answer>
  /** Sends an order under its key until it is answered, and notes the answer. */
  readonly place: (wish: Wish, waitSeconds?: number) => Promise<void>
  /** Sends an order again that was answered; says so when the answer is another. */
  readonly replay: (wish: Wish) => Promise<readonly string[]>
}

interface Insisting {
  readonly body?: unknown
  readonly key?: string
  readonly waitSeconds?: number
  readonly timeoutMs?: number
  readonly giveUpMs?: number
}

/** The access token of an account. */
async function signIn(gateway: Gateway, email: string): Promise<string> {
  const body = { email, password }
  const answer = await askUntilAnswered(() => gateway('POST', '/api/v1/users/authenticate', { body }), patienceMs)
  if (answer.status !== 200) throw new Error(`${email} could not sign in: ${answer.status} ${answer.body?.code}`)
  return answer.body.accessToken as string
}

/** Asks as an account until answered. */
export async function signedIn(gateway: Gateway, email: string): Promise<Customer['insist']> {
  let token = await signIn(gateway, email)
  return (method, path, { giveUpMs = patienceMs, ...asked } = {}) =>
    askUntilAnswered(async () => {
      const answer = await gateway(method, path, { ...asked, as: token })
      if (answer.status === 401) token = await signIn(gateway, email)
      return answer
    }, giveUpMs)
}

/** A new account with a payment method for each card. */
export async function newCustomer(
  gateway: Gateway,
  prepare: (email: string) => Promise<void> = async () => {},
): Promise<Customer> {
  const email = `${randomUUID()}@stoa.example`
  const made = await gateway('POST', '/api/v1/users', { body: { email, password, name: 'Chaos' } })
  if (made.status !== 201) throw new Error(`no account could be made: ${made.status} ${made.body?.code}`)
  await prepare(email)
  const insist = await signedIn(gateway, email)
  const methods = new Map<Card, string>()
  for (const card of cards) {
    const { status, body } = await insist('POST', '/api/v1/payment-methods', {
      body: { provider: 'sandbox', token: card },
    })
    if (status !== 201) throw new Error(`no payment method could be kept: ${status} ${body?.code}`)
    methods.set(card, body.id as string)
  }
  return {
    ...shopping(insist),
    id: made.body.id as string,
    methodFor: (card) => methods.get(card) ?? '',
    insist,
  }
}

const pathOf = ({ path = '/api/v1/orders' }: Wish) => path

/** Opens a cart and fills it; returns where it is checked out. Each request has a key, so that none arrives late a second time. */
async function fillCart(insist: Customer['insist'], items: NonNullable<Wish['inCart']>): Promise<string> {
  const opened = await insist('POST', '/api/v1/carts', { body: { region: 'AT' }, key: randomUUID() })
  const path = `/api/v1/carts/${opened.body?.id}`
  const filled = await insist('PUT', `${path}/items`, { body: { items }, key: randomUUID() })
  if (filled.status !== 200) throw new Error(`no cart was filled: ${filled.status} ${filled.body?.code}`)
  return `${path}/checkout`
}

function shopping(insist: Customer['insist']): Pick<Customer, 'place' | 'replay'> {
  return {
    async place(wish, waitSeconds) {
      const asked = { key: wish.key, body: wish.body, ...(waitSeconds === undefined ? {} : { waitSeconds }) }
      try {
        if (wish.inCart !== undefined) wish.path ??= await fillCart(insist, wish.inCart)
        const { status, body } = await insist('POST', pathOf(wish), asked)
        if (status === 201) wish.orderId = body.id
        else wish.refused = `${status} ${body?.code}`
      } catch (error) {
        wish.unanswered = error instanceof Error ? `${error.message}: ${String(error.cause)}` : String(error)
      }
    },
    async replay(wish) {
      if (wish.orderId === undefined) return []
      const { status, body } = await insist('POST', pathOf(wish), {
        key: wish.key,
        body: wish.body,
        waitSeconds: 0,
      })
      return status === 201 && body.id === wish.orderId
        ? []
        : [`${wish.key} of ${wish.orderId}: ${status} ${body?.id ?? body?.code}`]
    },
  }
}
