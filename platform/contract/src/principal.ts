/** The caller according to a verified token, independent of the operation. */
export interface Principal {
  readonly kind: 'user' | 'service' | 'anonymous'
  /** The account's id, `service:order`, or `anonymous`. */
  readonly subject: string
  readonly roles: readonly string[]
  readonly can: (permission: string) => boolean
  /** Whether a service's token was issued for this method (`stoa.pricing.v1.PricingRpc/Quote`). */
  readonly mayCall: (method: string) => boolean
}
