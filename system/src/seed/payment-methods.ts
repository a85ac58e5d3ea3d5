/** Tokens of the sandbox provider that ada gets one payment method each of. */
export const sandboxTokens = [
  'tok_visa',
  'tok_declined',
  'tok_insufficient_funds',
  'tok_timeout',
  'tok_flaky',
  'tok_fraud',
] as const

/** Ada's payment methods, whose label is their token; their ids are fixed, so that examples can name one. */
export const sandboxMethods = sandboxTokens.map((token, index) => ({
  id: `01920000-0000-7000-8000-00000000010${index}`,
  provider: 'sandbox',
  token,
  label: token,
}))

/** The method that always succeeds. */
export const visaMethodId = '01920000-0000-7000-8000-000000000100'
