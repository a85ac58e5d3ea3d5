import { paymentErrors } from '@stoa/contracts/payment/errors'
import { catalogueError, isAppError } from '@stoa/kernel'
import { retry, timeout, wrap, type Policy } from '@stoa/resilience'
import type { DisputeResponse, ProviderDispute } from '../domain/dispute.ts'
import type { ChargeOutcome, RefundOutcome } from '../domain/payment.ts'
import type {
  ChargeRequest,
  Forgotten,
  PaymentProvider,
  RefundRequest,
  SimulatedDispute,
  TokenDescription,
  TokenOwner,
} from './provider.ts'

/**
 * A provider as the use cases see it: every question ends in a bounded time, a charge or refund that was not answered is
 * looked up by its key, and an AppError `payment.provider_unavailable` says that the outcome is unknown.
 */
export interface AskedProvider {
  readonly name: string
  readonly checksVelocity: boolean
  readonly describeToken: (token: string, owner: TokenOwner) => Promise<TokenDescription | undefined>
  /** `isRepeat`: the operation may have been requested before, so its status is queried first. */
  readonly charge: (request: ChargeRequest, isRepeat: boolean) => Promise<ChargeOutcome>
  readonly readCharge: (reference: string) => Promise<ChargeOutcome>
  readonly capture: (reference: string) => Promise<ChargeOutcome>
  readonly void: (reference: string) => Promise<ChargeOutcome>
  readonly refund: (request: RefundRequest, isRepeat: boolean) => Promise<RefundOutcome>
  /** What has become of a refund by now. */
  readonly findRefund: (request: RefundRequest) => Promise<RefundOutcome | undefined>
  readonly disputes: AskedDisputes
  readonly forget: ((what: Forgotten) => Promise<void>) | undefined
  readonly readWebhook: PaymentProvider['readWebhook']
}

/** The disputes at a provider, asked within the same limits. */
interface AskedDisputes {
  readonly read: (reference: string) => Promise<ProviderDispute>
  readonly respond: (reference: string, response: DisputeResponse) => Promise<'done' | 'refused'>
  /** Undefined but for the sandbox. */
  readonly simulate: ((wanted: SimulatedDispute) => Promise<string | undefined>) | undefined
}

interface Limits {
  /** The longest one question may take. */
  readonly timeoutMs: number
}

/** Puts time limit and retry around a provider. */
export function askingProvider(provider: PaymentProvider, { timeoutMs }: Limits): AskedProvider {
  const once = timeout({ name: provider.name, timeoutMs })
  // A charge without a response is looked up, not repeated; only a charge that the provider reports as failed is repeated.
  const isFailure = (error: unknown) => isAppError(error) && error.kind === 'unavailable'
  const repeated = wrap(retry({ name: provider.name, maxRetries: 2, baseDelayMs: 50, isRetryable: isFailure }), once)
  const reading = asker(repeated)
  const responding = asker(
    repeated,
    'The payment provider does not respond; the response to the dispute is sent once it does.',
  )
  const { forget, disputes } = provider
  const { simulate } = disputes
  return {
    name: provider.name,
    checksVelocity: provider.checksVelocity,
    describeToken: (token, owner) =>
      asker(
        repeated,
        'The payment provider does not respond; try again.',
      )((signal) => provider.describeToken(token, owner, signal)),
    charge: (request, isRepeat) =>
      doOnce({
        isRepeat,
        act: () => repeated.execute(({ signal }) => provider.charge(request, signal)),
        find: () => reading((signal) => provider.findCharge(request, signal)),
      }),
    readCharge: (reference) => reading((signal) => provider.readCharge(reference, signal)),
    capture: (reference) => reading((signal) => provider.capture(reference, signal)),
    void: (reference) => reading((signal) => provider.void(reference, signal)),
    refund: (request, isRepeat) =>
      doOnce({
        isRepeat,
        act: () => repeated.execute(({ signal }) => provider.refund(request, signal)),
        find: () => reading((signal) => provider.findRefund(request, signal)),
      }),
    findRefund: (request) => reading((signal) => provider.findRefund(request, signal)),
    disputes: {
      read: (reference) => reading((signal) => disputes.read(reference, signal)),
      respond: (reference, response) => responding((signal) => disputes.respond(reference, response, signal)),
      simulate: simulate && ((wanted) => reading((signal) => simulate(wanted, signal))),
    },
    forget: forget && ((what) => reading((signal) => forget(what, signal))),
    readWebhook: provider.readWebhook,
  }
}

function asker(policy: Policy, detail?: string): <T>(question: (signal: AbortSignal) => Promise<T>) => Promise<T> {
  return async (question) => {
    try {
      return await policy.execute(({ signal }) => question(signal))
    } catch (error) {
      throw unknownYet(error, detail)
    }
  }
}

interface Once<Outcome> {
  readonly isRepeat: boolean
  readonly act: () => Promise<Outcome>
  readonly find: () => Promise<Outcome | undefined>
}

async function doOnce<Outcome>({ isRepeat, act, find }: Once<Outcome>): Promise<Outcome> {
  const before = isRepeat ? await find() : undefined
  if (before !== undefined) return before
  try {
    return await act()
  } catch (error) {
    if (!isAppError(error) || error.kind !== 'timeout') throw unknownYet(error)
    const happened = await find()
    if (happened === undefined) throw unknownYet(error)
    return happened
  }
}

const completedLater = 'The payment provider does not respond; the payment is completed automatically once it does.'

function unknownYet(error: unknown, detail = completedLater): unknown {
  if (!isAppError(error) || !error.retryable) return error
  return catalogueError(paymentErrors, 'payment.provider_unavailable', detail, { cause: error, retryAfterSeconds: 1 })
}
