const units = new Set(Intl.supportedValuesOf('currency'))
// Codes that start with X belong to no country: metals, funds and tests, except these five currencies.
const shared = new Set(['XAF', 'XCD', 'XCG', 'XOF', 'XPF'])

/** Whether a code is that of money (ISO 4217), and not of a metal, a fund, a test or nothing. */
export function isCurrency(code: string): boolean {
  return shared.has(code) || (units.has(code) && !code.startsWith('X'))
}
