import { payment } from '@stoa/contracts/payment/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { readReviewAmounts } from './domain/fraud.ts'
import { makeFraudScores } from './fraud/fraud-scores.ts'
import { setUpProviders } from './providers/set-up-providers.ts'
import { createPayment } from './use-cases/create-payment.ts'
import { finishAbandonedTask } from './use-cases/finish-abandoned.ts'
import { forgetAtProviderTask } from './use-cases/forget-at-provider.ts'
import { keepMethod, keepPaymentMethod } from './use-cases/keep-method.ts'
import { pay } from './use-cases/pay.ts'
import { checkMethod, deletePaymentMethod, listPaymentMethods, personalData } from './use-cases/payment-methods.ts'
import { getPayment, listPayments, listReconciled, listTransactions } from './use-cases/read-payments.ts'
import { getDispute, listDisputes } from './use-cases/read-disputes.ts'
import { receiveWebhook } from './use-cases/receive-webhook.ts'
import { refundPayment } from './use-cases/refund-payment.ts'
import { refund } from './use-cases/refund.ts'
import { acceptDispute, submitEvidence } from './use-cases/respond-to-dispute.ts'
import { capturePayment, reviewPayment, voidPayment } from './use-cases/settle-by-hand.ts'
import { settleDisputeTask } from './use-cases/settle-dispute.ts'
import { settlePaymentTask } from './use-cases/settle-payment.ts'
import { settleRefundTask } from './use-cases/settle-refund.ts'
import { simulatePayment } from './use-cases/simulate-payment.ts'

/** Payments, methods, refunds, ledger: its table of contents. */
export const paymentService = defineService(payment, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, database, telemetry, config: settings }): Deps => ({
    clock,
    newId,
    logger: telemetry.logger,
    providers: setUpProviders({ database, newId, clock, settings }),
    fraudLimits: {
      reviewAmounts: readReviewAmounts(settings.fraudReviewAmounts),
      paymentsPerHour: settings.fraudPaymentsPerHour,
      scoreFrom: settings.fraudScoreFrom,
    },
    fraudScores:
      settings.fraudScoreFrom === undefined
        ? undefined
        : makeFraudScores({
            reviewFrom: settings.fraudScoreFrom,
            timeoutMs: settings.fraudScoreTimeoutMs,
            telemetry,
          }),
    abandonedAfterMs: settings.abandonedAfterSeconds * 1_000,
    actionMs: Math.round(settings.actionMinutes * 60_000),
  }),
  bind: (deps) => ({
    operations: {
      createPayment: createPayment(deps),
      listPayments,
      getPayment,
      capturePayment: capturePayment(deps),
      voidPayment: voidPayment(deps),
      refundPayment: refundPayment(deps),
      reviewPayment: reviewPayment(deps),
      listDisputes,
      getDispute,
      submitEvidence: submitEvidence(deps),
      acceptDispute: acceptDispute(deps),
      simulatePayment: simulatePayment(deps),
      keepPaymentMethod: keepPaymentMethod(deps),
      listPaymentMethods,
      deletePaymentMethod: deletePaymentMethod(deps),
      listTransactions,
      receiveWebhook: receiveWebhook(deps),
    },
    rpc: {
      pay: pay(deps),
      refund: refund(deps),
      checkMethod: checkMethod(deps),
      keepMethod: keepMethod(deps),
      listPayments: listReconciled,
    },
    consumes: {},
    sagas: {},
    tasks: {
      'finish-abandoned': finishAbandonedTask(deps),
      'forget-at-provider': forgetAtProviderTask(deps),
      'settle-dispute': settleDisputeTask(deps),
      'settle-payment': settlePaymentTask(deps),
      'settle-refund': settleRefundTask(deps),
    },
    personalData: personalData(deps),
  }),
})
