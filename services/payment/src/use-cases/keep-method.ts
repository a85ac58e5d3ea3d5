import type { Handler, ReadHandle, Refusal, RpcHandler, Tx } from '@stoa/contract'
import type { PaymentMethodId, UserId } from '@stoa/contracts/shared/ids'
import { MAX_PAYMENT_METHODS } from '@stoa/contracts/payment/resources'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { findCardNumbers } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import {
  findMethodByToken,
  findProviderCustomer,
  isBeyondLimit,
  keepMethod as keepIn,
  type NewMethod,
} from '../store/payment-methods.ts'
import { forgetAtProvider } from './forget-at-provider.ts'

const limitDetail = `An account may have at most ${MAX_PAYMENT_METHODS} payment methods.`

interface WantedMethod {
  readonly customerId: UserId
  readonly provider: string
  readonly token: string
  readonly label?: string | undefined
}

type MethodRefusal = Refusal<PaymentService, 'keepPaymentMethod'>

function wrongAt(pointer: string, code: MethodRefusal['code'], detail: string): MethodRefusal {
  return { code, detail, fields: [{ pointer, detail }] }
}

/** Describes the method of a token. A refusal names the field, never its value. */
async function describe(
  { providers, newId }: Deps,
  db: ReadHandle,
  wanted: WantedMethod,
): Promise<NewMethod | MethodRefusal> {
  const { customerId, provider, token, label } = wanted
  for (const [pointer, text = ''] of [
    ['/token', token],
    ['/label', label],
    ['/provider', provider],
  ] as const) {
    if (findCardNumbers(text).length > 0)
      return wrongAt(pointer, 'payment.card_number_refused', 'Card numbers are not accepted; send a provider token.')
  }
  const asked = providers.get(provider)
  if (asked === undefined)
    return wrongAt('/provider', 'payment.provider_unknown', 'The payment provider does not exist.')
  const id = newId() as PaymentMethodId
  const known = await findMethodByToken(db, { customerId, provider, token })
  const described =
    known === undefined
      ? await asked.describeToken(token, {
          customerId,
          reference: await findProviderCustomer(db, customerId, provider),
        })
      : { ...known, label: known.resource.label, kind: known.resource.kind, providerCustomer: undefined }
  if (described === undefined)
    return wrongAt('/token', 'payment.token_unknown', 'The provider does not recognize this token.')
  const { kind, country, fingerprint, providerCustomer } = described
  const method = {
    id,
    customerId,
    provider,
    token,
    label: label ?? described.label,
    kind,
    country,
    fingerprint,
    providerCustomer,
  }
  return { ...method, isLabelGiven: label !== undefined }
}

export const keepPaymentMethod =
  (deps: Deps): Handler<PaymentService, 'keepPaymentMethod'> =>
  async ({ body, caller, db, commit, refuse }) => {
    const method = await describe(deps, db, { ...body, customerId: caller.subject as UserId })
    if ('code' in method) return refuse(method)
    return commit(async (tx) => {
      if (await isBeyondLimit(tx, method, MAX_PAYMENT_METHODS))
        return refuse({ code: 'payment.method_limit', detail: limitDetail, keep: letGo(deps, method) })
      return { status: 201, body: await keepIn(tx, method, deps.clock.now()) }
    })
  }

/** A method that is not kept does not stay with our customer at the provider, which has attached it already. */
function letGo(deps: Deps, { provider, token: reference }: NewMethod) {
  return (tx: Tx<PaymentService>) => forgetAtProvider(deps, tx, provider, { kind: 'token', reference })
}

/** The token itself makes it once: a repeat, under whatever key, answers the method that is kept. */
export const keepMethod =
  (deps: Deps): RpcHandler<PaymentService, 'keepMethod'> =>
  async ({ input, db, commit, refuse }) => {
    const { customerId, provider, token } = input
    const method = await describe(deps, db, { customerId: customerId as UserId, provider, token })
    if ('code' in method) return refuse(method.code, method.detail)
    return commit(async (tx) => {
      const keep = letGo(deps, method)
      if (await tx.isErased(customerId))
        return refuse('payment.token_unknown', 'The account has been erased.', { keep })
      if (await isBeyondLimit(tx, method, MAX_PAYMENT_METHODS))
        return refuse('payment.method_limit', limitDetail, { keep })
      return { paymentMethodId: (await keepIn(tx, method, deps.clock.now())).id }
    })
  }
