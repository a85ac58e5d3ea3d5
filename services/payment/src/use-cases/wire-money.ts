import type { Money as WireMoney } from '@stoa/contracts/shared/money/money_pb.js'
import { money, type Money } from '@stoa/kernel'

/** Money as RPC carries it; undefined when it is missing or none. */
export function fromWire(value: WireMoney | undefined): Money | undefined {
  if (value === undefined || !/^[A-Z]{3}$/.test(value.currency)) return undefined
  const amount = Number(value.amount)
  return Number.isSafeInteger(amount) ? money(amount, value.currency) : undefined
}

/** An amount as RPC carries it. */
export function toWire(amount: number, currency: string) {
  return { amount: BigInt(amount), currency }
}
