import { platformError } from './platform-errors.ts'

/** An amount in integer minor units (cents for EUR, yen for JPY) of one ISO 4217 currency. */
export interface Money {
  readonly amount: number
  readonly currency: string
}

/** An amount of a currency; throws RangeError when it is not a safe integer. */
export function money(amount: number, currency: string): Money {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`money must be a safe integer of minor units, got ${amount}`)
  return { amount, currency }
}

/** Nothing, in this currency. */
export function zero(currency: string): Money {
  return { amount: 0, currency }
}

/** The sum of two amounts of one currency; refuses `money.currency_mismatch` otherwise. */
export function addMoney(left: Money, right: Money): Money {
  requireSameCurrency(left, right)
  return money(left.amount + right.amount, left.currency)
}

/** The difference of two amounts of one currency; refuses `money.currency_mismatch` otherwise. */
export function subtractMoney(left: Money, right: Money): Money {
  requireSameCurrency(left, right)
  return money(left.amount - right.amount, left.currency)
}

/** The sum of amounts that are all of this currency; refuses `money.currency_mismatch` otherwise. */
export function sumMoney(amounts: Iterable<Money>, currency: string): Money {
  let sum = zero(currency)
  for (const amount of amounts) sum = addMoney(sum, amount)
  return sum
}

/** A share of an amount, the rate in basis points (1900 = 19 %), rounded half away from zero to the minor unit. */
export function multiplyRate(value: Money, rateBasisPoints: number): Money {
  const product = BigInt(value.amount) * BigInt(rateBasisPoints)
  const half = product >= 0n ? 5_000n : -5_000n
  return money(Number((product + half) / 10_000n), value.currency)
}

/** Splits an amount by weights so that the parts add up to it exactly (largest remainder; ties to the earlier part). */
export function allocate(value: Money, weights: readonly number[]): Money[] {
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n)
  if (total <= 0n) throw new RangeError('the weights of a split must add up to more than zero')
  const amount = BigInt(value.amount)
  const exact = weights.map((weight) => amount * BigInt(weight))
  const parts = exact.map((share) => floorDivide(share, total))
  let left = Number(amount - parts.reduce((sum, part) => sum + part, 0n))
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - floorDivide(share, total) * total }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
  for (const { index } of byRemainder) {
    if (left-- <= 0) break
    parts[index] = (parts[index] ?? 0n) + 1n
  }
  return parts.map((part) => money(Number(part), value.currency))
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

function requireSameCurrency(left: Money, right: Money): void {
  if (left.currency !== right.currency) {
    throw platformError('money.currency_mismatch', `${left.currency} and ${right.currency} cannot be added`)
  }
}
