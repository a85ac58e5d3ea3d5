import type { Money } from '@stoa/kernel'

/** An amount with the sign of its currency, as English texts write it. */
export function moneyText({ amount, currency }: Pick<Money, 'amount'> & { readonly currency: string }): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 0
  // as text, as a number would lose digits of large amounts
  return format.format(`${amount}E-${digits}` as Intl.StringNumericLiteral)
}
