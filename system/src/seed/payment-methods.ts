/** Tokens of the sandbox provider that ada gets one payment method each of. */
export const sandboxTokens = [
  'tok_visa',
  'tok_declined',
  'tok_insufficient_funds',
  'tok_timeout',
  'tok_flaky',
  'tok_fraud',
] as const
