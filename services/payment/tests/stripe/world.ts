import { randomUUID } from 'node:crypto'
import { answerDispute, type DisputeAtStripe } from './disputes.ts'
import { StripeRefusal } from './refusal.ts'
import { textOf, textsOf, type Fields } from './form.ts'

/** A PaymentIntent of the double. */
export interface Intent {
  readonly id: string
  readonly object: 'payment_intent'
  readonly amount: number
  readonly currency: string
  readonly capture_method: string
  readonly metadata: Readonly<Record<string, string>>
  readonly client_secret: string
  readonly customer: string | null
  amount_received: number
  status: string
  last_payment_error: object | null
  next_action: object | null
}

interface Refund {
  readonly id: string
  readonly object: 'refund'
  readonly payment_intent: string
  readonly amount: number
  readonly metadata: Readonly<Record<string, string>>
  status: string
}

/** What the double knows, like the records of Stripe. */
export interface StripeWorld {
  readonly intents: Map<string, Intent>
  readonly refunds: Map<string, Refund>
  readonly disputes: Map<string, DisputeAtStripe>
  readonly customers: Map<string, Readonly<Record<string, string>>>
  /** The PaymentMethods, with the customer that each is attached to. */
  readonly methods: Map<string, string | null>
  /** Whether the search finds what is new; the index of Stripe is behind. */
  isIndexed: boolean
  readonly answer: (request: string, form: Fields) => object
  readonly confirmed: (intentId: string, isPassed: boolean) => void
}

const declines: Readonly<Record<string, object>> = {
  pm_card_chargeDeclined: { type: 'card_error', code: 'card_declined', decline_code: 'generic_decline' },
  pm_card_insufficientFunds: { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' },
  pm_card_expired: { type: 'card_error', code: 'expired_card', decline_code: 'expired_card' },
}

const id = (prefix: string) => `${prefix}_${randomUUID().replaceAll('-', '')}`

export function stripeWorld(): StripeWorld {
  const world: StripeWorld = {
    intents: new Map(),
    refunds: new Map(),
    disputes: new Map(),
    customers: new Map(),
    methods: new Map(),
    isIndexed: true,
    answer: (request, form) => answer(world, request, form),
    confirmed(intentId, isPassed) {
      const intent = intentOf(world, intentId)
      if (intent.status !== 'requires_action') throw new Error(`the intent is ${intent.status}`)
      intent.next_action = null
      if (isPassed) charge(intent)
      else {
        intent.status = 'requires_payment_method'
        intent.last_payment_error = { code: 'payment_intent_authentication_failure', type: 'card_error' }
      }
    },
  }
  return world
}

function answer(world: StripeWorld, request: string, form: Fields): object {
  const [method = '', path = ''] = request.split(' ')
  const [, kind = '', name = '', action = ''] = path.split('/')
  if (request === 'POST /payment_intents') return createIntent(world, form)
  if (request === 'GET /payment_intents/search') return search(world, textOf(form, 'query'))
  if (kind === 'payment_intents') return method === 'GET' ? intentOf(world, name) : move(intentOf(world, name), action)
  if (request === 'POST /refunds') return createRefund(world, form)
  if (request === 'GET /refunds') {
    const data = [...world.refunds.values()].filter((each) => each.payment_intent === textOf(form, 'payment_intent'))
    return { object: 'list', data: data.toReversed(), has_more: false }
  }
  if (kind === 'disputes') return answerDispute(world, { method, name, action, form })
  if (request === 'POST /customers') {
    const customer = id('cus')
    world.customers.set(customer, textsOf(form, 'metadata'))
    return { id: customer, object: 'customer' }
  }
  if (kind === 'customers' && method === 'DELETE') return deleteCustomer(world, name)
  if (kind === 'payment_methods') return paymentMethod(world, { name, action, form })
  throw new StripeRefusal(404, { type: 'invalid_request_error', code: 'resource_missing' })
}

function createIntent(world: StripeWorld, form: Fields): Intent {
  const token = textOf(form, 'payment_method')
  const customer = textOf(form, 'customer') || null
  const owner = world.methods.get(token)
  if (owner !== undefined && owner !== null && owner !== customer)
    throw new StripeRefusal(400, { type: 'invalid_request_error', code: 'payment_method_unexpected_state' })
  const intentId = id('pi')
  const intent: Intent = {
    id: intentId,
    object: 'payment_intent',
    amount: Number(textOf(form, 'amount')),
    currency: textOf(form, 'currency'),
    capture_method: textOf(form, 'capture_method'),
    metadata: textsOf(form, 'metadata'),
    client_secret: `${intentId}_secret_double`,
    customer,
    amount_received: 0,
    status: 'requires_payment_method',
    last_payment_error: null,
    next_action: null,
  }
  world.intents.set(intentId, intent)
  const decline = declines[kindOf(token)]
  if (decline !== undefined) {
    intent.last_payment_error = decline
    throw new StripeRefusal(402, { ...decline, message: 'Your card was declined.', payment_intent: intent })
  }
  if (kindOf(token) === 'pm_card_threeDSecure2Required') {
    intent.status = 'requires_action'
    const returnUrl = textOf(form, 'return_url')
    intent.next_action =
      returnUrl === ''
        ? { type: 'use_stripe_sdk', use_stripe_sdk: {} }
        : {
            type: 'redirect_to_url',
            redirect_to_url: { url: `https://bank.example/${intentId}`, return_url: returnUrl },
          }
  } else charge(intent)
  return intent
}

/** A new PaymentMethod of a kind; long runs of digits could be taken for a card number. */
export function newCard(kind: string): string {
  return `${kind}_${randomUUID().replaceAll('-', 'a')}`.replaceAll(/\d{6}/g, '$&a')
}

/** `pm_card_visa_1` behaves like `pm_card_visa`. */
function kindOf(token: string): string {
  return token.replace(/_[0-9a-f]+$/, '')
}

function charge(intent: Intent): void {
  intent.status = intent.capture_method === 'manual' ? 'requires_capture' : 'succeeded'
  if (intent.status === 'succeeded') intent.amount_received = intent.amount
}

function intentOf(world: StripeWorld, intentId: string): Intent {
  const intent = world.intents.get(intentId)
  if (intent === undefined) throw new StripeRefusal(404, { type: 'invalid_request_error', code: 'resource_missing' })
  return intent
}

function move(intent: Intent, action: string): Intent {
  const from =
    action === 'capture' ? ['requires_capture'] : ['requires_capture', 'requires_action', 'requires_payment_method']
  if (!from.includes(intent.status)) {
    throw new StripeRefusal(400, {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      message: `is ${intent.status}`,
      payment_intent: intent,
    })
  }
  if (action === 'cancel') intent.status = 'canceled'
  else {
    intent.status = 'succeeded'
    intent.amount_received = intent.amount
  }
  return intent
}

function search(world: StripeWorld, query: string): object {
  const [, key] = /metadata\['stoa_key'\]:'([^']*)'/.exec(query) ?? []
  const data = world.isIndexed ? [...world.intents.values()].filter(({ metadata }) => metadata['stoa_key'] === key) : []
  return { object: 'search_result', data, has_more: false }
}

function createRefund(world: StripeWorld, form: Fields): Refund {
  const intent = intentOf(world, textOf(form, 'payment_intent'))
  const amount = Number(textOf(form, 'amount'))
  const given = [...world.refunds.values()].filter(
    (each) => each.payment_intent === intent.id && each.status !== 'failed',
  )
  const dispute = [...world.disputes.values()].find((each) => each.payment_intent === intent.id)
  if (dispute !== undefined && ['needs_response', 'under_review', 'lost'].includes(dispute.status))
    throw new StripeRefusal(400, { type: 'invalid_request_error', code: 'charge_disputed' })
  const total = given.reduce((sum, each) => sum + each.amount, amount)
  if (intent.status !== 'succeeded' || total > intent.amount_received)
    throw new StripeRefusal(400, { type: 'invalid_request_error', code: 'charge_already_refunded' })
  const metadata = textsOf(form, 'metadata')
  const refund: Refund = {
    id: id('re'),
    object: 'refund',
    payment_intent: intent.id,
    amount,
    metadata,
    status: 'succeeded',
  }
  world.refunds.set(refund.id, refund)
  return refund
}

function deleteCustomer(world: StripeWorld, name: string): object {
  if (!world.customers.delete(name))
    throw new StripeRefusal(404, { type: 'invalid_request_error', code: 'resource_missing' })
  for (const [method, owner] of world.methods) if (owner === name) world.methods.set(method, null)
  return { id: name, object: 'customer', deleted: true }
}

interface MethodRequest {
  readonly name: string
  readonly action: string
  readonly form: Fields
}

function paymentMethod(world: StripeWorld, { name, action, form }: MethodRequest): object {
  if (!name.startsWith('pm_card_'))
    throw new StripeRefusal(404, { type: 'invalid_request_error', code: 'resource_missing' })
  if (action === 'attach') {
    if (!world.customers.has(textOf(form, 'customer')))
      throw new StripeRefusal(404, { type: 'invalid_request_error', code: 'resource_missing', param: 'customer' })
    world.methods.set(name, textOf(form, 'customer'))
  }
  if (action === 'detach') {
    if (!world.methods.get(name)) throw new StripeRefusal(400, { type: 'invalid_request_error' })
    world.methods.set(name, null)
  }
  const wallet = kindOf(name) === 'pm_card_applePay' ? { type: 'apple_pay', apple_pay: {} } : null
  const card = { brand: 'visa', last4: '4242', country: 'DE', fingerprint: `fp_${name}`, wallet }
  return { id: name, object: 'payment_method', type: 'card', customer: world.methods.get(name) ?? null, card }
}
