import { totpCode, totpStepAt } from '@stoa/security'

/** The code that an authenticator app shows which has read this address; with 1, the one that follows. */
export function codeOf(otpauthUri: string, distance = 0): string {
  const secret = new URL(otpauthUri).searchParams.get('secret')
  if (secret === null) throw new Error('the address has no secret')
  return totpCode(secret, totpStepAt(Temporal.Now.instant()) + distance)
}
