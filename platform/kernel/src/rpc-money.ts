import { money, type Money } from './money.ts'

/** Money as RPC carries it: the message `stoa.money.v1.Money`. */
export interface RpcMoney {
  readonly amount: bigint
  readonly currency: string
}

/** Converts money for RPC; throws RangeError when the amount is not a safe integer. */
export function toRpcMoney({ amount, currency }: Money): RpcMoney {
  return { amount: BigInt(money(amount, currency).amount), currency }
}

/** Converts money from RPC; throws when it is missing, which is a bug of the sender, or when the amount is not a safe integer. */
export function fromRpcMoney(value: RpcMoney | undefined): Money {
  if (value === undefined) throw new Error('an amount is missing')
  return money(Number(value.amount), value.currency)
}

/** Converts money from RPC; returns undefined when it is missing, its currency is not a code, or the amount is not a safe integer. */
export function parseRpcMoney(value: RpcMoney | undefined): Money | undefined {
  if (value === undefined || !/^[A-Z]{3}$/.test(value.currency)) return undefined
  return Number.isSafeInteger(Number(value.amount)) ? fromRpcMoney(value) : undefined
}
