import type { Handler, ReadHandle, RpcHandler } from '@stoa/contract'
import type { PaymentMethodId, UserId } from '@stoa/contracts/shared/ids'
import { MAX_PAYMENT_METHODS } from '@stoa/contracts/payment/resources'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { findCardNumbers } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { findMethodByToken, isBeyondLimit, keepMethod as keepIn, type NewMethod } from '../store/payment-methods.ts'

const limitDetail = `An account may have at most ${MAX_PAYMENT_METHODS} payment methods.`

interface WantedMethod {
  readonly customerId: UserId
  readonly provider: string
  readonly token: string
  readonly label?: string | undefined
}

type Described =
  | { readonly kind: 'method'; readonly method: NewMethod }
  | {
      readonly kind: 'refused'
      readonly code: 'payment.provider_unknown' | 'payment.token_unknown' | 'payment.card_number_refused'
      readonly detail: string
      readonly pointer: string
    }

/** Finds out what a token stands for. What is refused names the place, never what stood there. */
async function describe({ providers, newId }: Deps, db: ReadHandle, wanted: WantedMethod): Promise<Described> {
  const { customerId, provider, token, label } = wanted
  for (const [pointer, text = ''] of [
    ['/token', token],
    ['/label', label],
    ['/provider', provider],
  ] as const) {
    if (findCardNumbers(text).length === 0) continue
    return {
      kind: 'refused',
      code: 'payment.card_number_refused',
      detail: 'Card numbers are not accepted; send a provider token.',
      pointer,
    }
  }
  const asked = providers.get(provider)
  if (asked === undefined) {
    return {
      kind: 'refused',
      code: 'payment.provider_unknown',
      detail: 'The payment provider does not exist.',
      pointer: '/provider',
    }
  }
  const id = newId() as PaymentMethodId
  const known = await findMethodByToken(db, { customerId, provider, token })
  const described = known === undefined ? await asked.describeToken(token) : { ...known, label: known.resource.label }
  if (described === undefined) {
    return {
      kind: 'refused',
      code: 'payment.token_unknown',
      detail: 'The provider does not recognize this token.',
      pointer: '/token',
    }
  }
  const { country, fingerprint } = described
  const method = { id, customerId, provider, token, label: label ?? described.label, country, fingerprint }
  return { kind: 'method', method: { ...method, isLabelGiven: label !== undefined } }
}

export const keepPaymentMethod =
  (deps: Deps): Handler<PaymentService, 'keepPaymentMethod'> =>
  async ({ body, caller, db, commit, refuse }) => {
    const described = await describe(deps, db, { ...body, customerId: caller.subject as UserId })
    if (described.kind === 'refused') {
      const { code, detail, pointer } = described
      return refuse(code, detail, { fields: [{ pointer, detail }] })
    }
    return commit(async (tx) => {
      if (await isBeyondLimit(tx, described.method, MAX_PAYMENT_METHODS))
        return refuse('payment.method_limit', limitDetail)
      return { status: 201, body: await keepIn(tx, described.method, deps.clock.now()) }
    })
  }

/** The token itself makes it once: a repeat, under whatever key, answers the method that is kept. */
export const keepMethod =
  (deps: Deps): RpcHandler<PaymentService, 'keepMethod'> =>
  async ({ input, db, commit, refuse }) => {
    const { customerId, provider, token } = input
    const described = await describe(deps, db, { customerId: customerId as UserId, provider, token })
    if (described.kind === 'refused') return refuse(described.code, described.detail)
    return commit(async (tx) => {
      if (await tx.isErased(customerId)) return refuse('payment.token_unknown', 'The account has been erased.')
      if (await isBeyondLimit(tx, described.method, MAX_PAYMENT_METHODS))
        return refuse('payment.method_limit', limitDetail)
      return { paymentMethodId: (await keepIn(tx, described.method, deps.clock.now())).id }
    })
  }
