interface ChargedPayment {
  readonly id: string
  readonly isReviewed: boolean
}

/** The key a provider makes a charge once under; the one after a review is another, as the first was held back. */
export function chargeKeyOf({ id, isReviewed }: ChargedPayment): string {
  return isReviewed ? `${id}/reviewed` : id
}

/** The payment or refund that a provider's key is of; undefined when it is none of ours. */
export function idOfKey(key: string): string | undefined {
  return /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/reviewed)?$/.exec(key)?.[1]
}
