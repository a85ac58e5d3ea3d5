import type { Handler } from '@stoa/contract'
import type { PaymentId, RefundId } from '@stoa/contracts/shared/ids'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { Deps } from '../deps.ts'
import { idOfKey } from '../domain/charge-key.ts'
import { noteReference } from '../store/payments.ts'
import { takeWebhook } from '../store/received-webhooks.ts'
import { enqueueDispute } from './settle-dispute.ts'

/** Takes a provider's word only for that something has happened: what, the provider is then asked. */
export const receiveWebhook =
  ({ clock, providers }: Deps): Handler<PaymentService, 'receiveWebhook'> =>
  async ({ params, headers, body, rawBody, commit, refuse }) => {
    const provider = providers.get(params.provider)
    if (provider === undefined) return refuse('payment.provider_unknown', 'The payment provider does not exist.')
    const message = await provider.readWebhook({ headers, body: rawBody, message: body, now: clock.now() })
    if (message === undefined) {
      return refuse('payment.webhook_signature_invalid', 'The signature or the timestamp of the webhook is not valid.')
    }
    return commit(async (tx) => {
      // a provider delivers again until it is told that the message arrived
      if (!(await takeWebhook(tx, provider.name, message.id, clock.now()))) return { status: 202 }
      const paymentId = idOfKey(message.chargeKey ?? '') as PaymentId | undefined
      const refundId = idOfKey(message.refundKey ?? '') as RefundId | undefined
      if (paymentId !== undefined && message.reference !== undefined)
        await noteReference(tx, { id: paymentId, provider: provider.name, reference: message.reference })
      if (paymentId !== undefined) await tx.enqueue('settle-payment', { paymentId }, { key: paymentId })
      if (refundId !== undefined) await tx.enqueue('settle-refund', { refundId }, { key: refundId })
      const { disputeReference: reference } = message
      if (reference !== undefined) await enqueueDispute(tx, { provider: provider.name, reference })
      return { status: 202 }
    })
  }
