import type { Calls, ReadHandle } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { isAppError } from '@stoa/kernel'
import { hashMailbox, type CouponUser } from '../store/mailboxes.ts'

export type PricingCalls = Calls<PricingService['calls']>

/** Returns the customer whose coupon uses are counted; an erased account has no e-mail address. */
export async function findCouponUser(calls: PricingCalls, db: ReadHandle, customerId: string): Promise<CouponUser> {
  try {
    const { email, emailVerified } = await calls.user.getContact({ userId: customerId })
    // an older release of user does not say it
    return { customerId, mailbox: await hashMailbox(db, email), isVerified: emailVerified ?? true }
  } catch (error) {
    if (isAppError(error) && error.kind === 'not_found') return { customerId, mailbox: undefined, isVerified: false }
    throw error
  }
}
