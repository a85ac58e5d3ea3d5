/** An error as Stripe answers it. */
export class StripeRefusal extends Error {
  readonly status: number
  readonly error: object

  constructor(status: number, error: object) {
    super('refused')
    this.status = status
    this.error = error
  }
}
