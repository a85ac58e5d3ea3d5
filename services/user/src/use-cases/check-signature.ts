import { ShownCredential, type CreatedCredential } from '@stoa/contracts/user/passkeys'
import { Value } from 'typebox/value'
import type { RelyingParty } from '../domain/relying-party.ts'
import type { PasskeyUse, StoredPasskey } from '../store/passkeys.ts'

/** EdDSA, ES256 and RS256, which together every authenticator has one of. */
export const algorithms = [-8, -7, -257]

/** What a browser has made, once it is found right. */
export interface MadePasskey {
  readonly credentialId: string
  readonly publicKey: Buffer
  readonly signCount: number
  readonly transports: readonly string[]
  readonly isSynced: boolean
}

// heavy to load, and most processes never need it
const webAuthn = () => import('@simplewebauthn/server')

/** Checks a new passkey against its challenge (Web Authentication, section 7.1); undefined if it is not accepted. */
export async function checkCreated(
  { id, origins }: RelyingParty,
  challenge: string,
  credential: CreatedCredential,
): Promise<MadePasskey | undefined> {
  const { verifyRegistrationResponse } = await webAuthn()
  const { id: credentialId, response } = credential
  const checked = await verifyRegistrationResponse({
    response: { id: credentialId, rawId: credentialId, type: 'public-key', response, clientExtensionResults: {} },
    expectedChallenge: challenge,
    expectedOrigin: [...origins],
    expectedRPID: id,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch(() => undefined)
  if (checked?.registrationInfo === undefined) return undefined
  const { credential: made, credentialBackedUp: isSynced } = checked.registrationInfo
  return {
    credentialId: made.id,
    publicKey: Buffer.from(made.publicKey),
    signCount: made.counter,
    transports: response.transports ?? [],
    isSynced,
  }
}

/** Reads the credential that a sign-in page has passed on; undefined if it is none. */
export function readShown(text: string): ShownCredential | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(ShownCredential, value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Checks the signature of a passkey and that its count has increased (Web Authentication, section 7.2); undefined if it is not accepted. */
export async function checkShown(
  { id, origins }: RelyingParty,
  challenge: string,
  credential: ShownCredential,
  passkey: StoredPasskey,
): Promise<PasskeyUse | undefined> {
  const { verifyAuthenticationResponse } = await webAuthn()
  const checked = await verifyAuthenticationResponse({
    response: { ...credential, clientExtensionResults: {} },
    expectedChallenge: challenge,
    expectedOrigin: [...origins],
    expectedRPID: id,
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(passkey.publicKey),
      counter: passkey.signCount,
    },
    requireUserVerification: true,
  }).catch(() => undefined)
  if (checked?.verified !== true) return undefined
  const { newCounter: signCount, credentialBackedUp: isSynced } = checked.authenticationInfo
  return { id: passkey.id, signCount, isSynced }
}
