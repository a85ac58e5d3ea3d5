/** An exact part of an amount, so that reductions multiply without a rounding between them. */
export interface Fraction {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** A whole number of minor units. */
export function wholeFraction(amount: number): Fraction {
  return { numerator: BigInt(amount), denominator: 1n }
}

/** The fraction times `numerator / denominator`. */
export function scale(value: Fraction, numerator: number, denominator: number): Fraction {
  return {
    numerator: value.numerator * BigInt(numerator),
    denominator: value.denominator * BigInt(denominator),
  }
}

/** The fraction less a whole number of minor units. */
export function less(value: Fraction, amount: number): Fraction {
  return { ...value, numerator: value.numerator - BigInt(amount) * value.denominator }
}

/** A whole amount less the fraction, rounded half up to the minor unit. */
export function roundedRest(amount: number, { numerator, denominator }: Fraction): number {
  const rest = BigInt(amount) * denominator - numerator
  return Number((2n * rest + denominator) / (2n * denominator))
}
