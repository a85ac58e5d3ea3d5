interface ChargedPayment {
  readonly id: string
  readonly isReviewed: boolean
}

/** Returns the key under which a provider charges once; the key after a review differs, because the first charge was held. */
export function chargeKeyOf({ id, isReviewed }: ChargedPayment): string {
  return isReviewed ? `${id}/reviewed` : id
}

/** Returns the payment or refund of a provider key; undefined if the key is not ours. */
export function idOfKey(key: string): string | undefined {
  return /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/reviewed)?$/.exec(key)?.[1]
}
