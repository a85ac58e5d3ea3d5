import { catalogueError, type Clock, type NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { PaymentProvider } from '../provider.ts'
import { openSandboxBooks } from './books.ts'
import { sandboxDisputes } from './disputes.ts'
import { sandboxErrors } from './errors.ts'
import { isSandboxToken, isUnanswered } from './tokens.ts'
import { readSignedWebhook } from './webhooks.ts'

interface SandboxOptions {
  readonly database: Pick<Database, 'read' | 'transaction'>
  readonly newId: NewId
  readonly clock: Clock
  /** The secret that signs its webhooks; if omitted, webhooks are rejected. */
  readonly webhookSecret: string | undefined
}

/** A provider that moves no money: every token has one outcome, always the same. */
export function sandboxProvider({ database, newId, clock, webhookSecret }: SandboxOptions): PaymentProvider {
  const books = openSandboxBooks(database, newId)
  return {
    name: 'sandbox',
    checksVelocity: false,
    describeToken: async (token) => (isSandboxToken(token) ? { label: token, kind: 'card' } : undefined),
    async charge(request, signal) {
      const { token } = request
      if (!isSandboxToken(token)) throw new Error('the sandbox does not know the token to charge')
      const outcome = await books.charge({ ...request, token })
      if (isUnanswered(token)) return neverAnswer(signal)
      if (outcome === undefined) throw catalogueError(sandboxErrors, 'sandbox.failing', 'The sandbox fails on purpose.')
      return outcome
    },
    findCharge: ({ key }) => books.findCharge(key),
    readCharge: books.readCharge,
    capture: (reference) => books.moveAuthorized(reference, 'captured'),
    void: (reference) => books.moveAuthorized(reference, 'voided'),
    refund: books.refund,
    findRefund: ({ key }) => books.findRefund(key),
    disputes: sandboxDisputes({ database, newId, clock }),
    readWebhook: async (delivery) =>
      webhookSecret === undefined ? undefined : readSignedWebhook(webhookSecret, delivery),
  }
}

function neverAnswer(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  return promise
}
