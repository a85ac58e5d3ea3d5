import type { Handler, PersonalData, RpcHandler } from '@stoa/contract'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { readPageById } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { deleteMethod, deleteMethodsOf, listMethods } from '../store/payment-methods.ts'
import { listPayments } from '../store/payments.ts'
import { forgetAtProvider } from './forget-at-provider.ts'
import { findUsableMethod } from './usable-method.ts'

export const listPaymentMethods: Handler<PaymentService, 'listPaymentMethods'> = async ({ query, caller, db }) => ({
  status: 200,
  body: await readPageById(query, (beforeId, limit) =>
    listMethods(db, { customerId: caller.subject, beforeId, limit }),
  ),
})

export const deletePaymentMethod =
  (deps: Deps): Handler<PaymentService, 'deletePaymentMethod'> =>
  async ({ params, caller, commit, refuse }) =>
    commit(async (tx) => {
      const deleted = await deleteMethod(tx, params.id, caller.subject)
      if (deleted === undefined)
        return refuse('payment.method_not_found', `The payment method ${params.id} does not exist.`)
      await forgetAtProvider(deps, tx, deleted.provider, { kind: 'token', reference: deleted.token })
      return { status: 204 }
    })

export const checkMethod =
  (deps: Deps): RpcHandler<PaymentService, 'checkMethod'> =>
  async ({ input, db }) => ({ usable: (await findUsableMethod(deps, db, input)) !== undefined })

export const personalData = (deps: Deps): PersonalData<PaymentService> => ({
  export: async (subject, db) => ({
    paymentMethods: await listMethods(db, { customerId: subject, limit: 10_000 }),
    payments: await listPayments(db, { customerId: subject, limit: 10_000 }),
  }),
  async erase(tx, subject) {
    for (const { provider, reference } of await deleteMethodsOf(tx, subject))
      await forgetAtProvider(deps, tx, provider, { kind: 'customer', reference })
  },
})
