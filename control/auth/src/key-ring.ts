import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { ReadHandle } from '@stoa/contract'
import { signingKeyRotated } from '@stoa/contracts/auth/events'
import type { Clock } from '@stoa/kernel'
import { decryptWithAny, encryptWithFirst, type ChangingKeys } from '@stoa/security'
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { AuthTx, Transaction } from './auth-tx.ts'
import { isFull, isRotationDue, orderedKeys, rotation } from './domain/signing-schedule.ts'
import {
  insertSigningKey,
  listSigningKeyRows,
  lockSigningKeys,
  purgeSigningKeys,
  retireOtherKeys,
  type SigningKeyRow,
} from './store/signing-keys.ts'

const generate = promisify(generateKeyPair)

// RS256 everywhere: verifying costs half of what ES256 does, and tokens are verified far more often than signed
const ALGORITHM = 'RS256'

/** A key pair that no table holds yet. */
export interface MadeKey {
  readonly keyId: string
  readonly privateJwk: JWK
  readonly publicJwk: JWK
}

/** Makes an RSA key pair of 2,048 bits, off the event loop. */
export async function makeSigningKey(): Promise<MadeKey> {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 })
  const jwk = privateKey.export({ format: 'jwk' }) as JWK
  const publicJwk: JWK = { kty: 'RSA', n: jwk.n ?? '', e: jwk.e ?? '' }
  const keyId = await calculateJwkThumbprint(publicJwk)
  const named = { kid: keyId, alg: ALGORITHM, use: 'sig' }
  return { keyId, privateJwk: { ...jwk, ...named }, publicJwk: { ...publicJwk, ...named } }
}

interface KeyRingSettings {
  readonly db: ReadHandle
  readonly transaction: Transaction
  readonly clock: Clock
  /** The private keys are encrypted with the first, and decrypted with any. */
  readonly encryptionKeys: ChangingKeys
  readonly rotationDays: number
}

/** The keys that tokens are signed with. */
export type KeyRing = ReturnType<typeof makeKeyRing>

export function makeKeyRing({ db, transaction, clock, encryptionKeys, rotationDays }: KeyRingSettings) {
  const insert = async (tx: AuthTx, made: MadeKey, signsFrom: Temporal.Instant): Promise<SigningKeyRow> => {
    const row = {
      keyId: made.keyId,
      algorithm: ALGORITHM,
      encryptedJwk: encryptWithFirst(encryptionKeys, made.keyId, JSON.stringify(made.privateJwk)),
      publicJwk: made.publicJwk,
      createdAt: clock.now(),
      signsFrom,
      retiresAt: undefined,
    }
    await insertSigningKey(tx, row)
    return row
  }

  const isDue = async (handle: ReadHandle) =>
    isRotationDue(await listSigningKeyRows(handle, clock.now()), clock.now(), rotationDays)

  const rotate = async (tx: AuthTx, made: MadeKey, isCompromised: boolean): Promise<SigningKeyRow | undefined> => {
    await lockSigningKeys(tx)
    if (!isCompromised && isFull(await listSigningKeyRows(tx, clock.now()))) return undefined
    const { signsFrom, olderRetireAt } = rotation(clock.now(), isCompromised)
    const row = await insert(tx, made, signsFrom)
    const retiredKeyIds = await retireOtherKeys(tx, made.keyId, olderRetireAt)
    await tx.publish(signingKeyRotated, made.keyId, { keyId: made.keyId, retiredKeyIds })
    await purgeSigningKeys(tx, clock.now())
    return row
  }

  return {
    /** The private keys that still verify, the one that signs first; makes the first of all. */
    load: async (): Promise<JWK[]> => {
      const known = await listSigningKeyRows(db, clock.now())
      const rows = known.length > 0 ? known : [await makeFirst(transaction, insert, clock)]
      return orderedKeys(rows, clock.now()).map((row) => decrypted(row, encryptionKeys))
    },
    /**
     * Makes a successor within the open transaction, and publishes that there is one. Undefined when as many keys verify
     * as may; one that withdraws the others is always made.
     */
    rotate,
    /** Whether as many keys verify as may. */
    isFull: async (): Promise<boolean> => isFull(await listSigningKeyRows(db, clock.now())),
    /** Whether the youngest key has signed for its time. */
    isDue: (): Promise<boolean> => isDue(db),
    /** Makes a successor when it is still time for one: another replica may have made it meanwhile. */
    rotateWhenDue: async (tx: AuthTx, made: MadeKey): Promise<void> => {
      await lockSigningKeys(tx)
      if (await isDue(tx)) await rotate(tx, made, false)
    },
  }
}

async function makeFirst(
  transaction: Transaction,
  insert: (tx: AuthTx, made: MadeKey, signsFrom: Temporal.Instant) => Promise<SigningKeyRow>,
  clock: Clock,
): Promise<SigningKeyRow> {
  const made = await makeSigningKey()
  return transaction(async (tx) => {
    await lockSigningKeys(tx)
    const [first] = await listSigningKeyRows(tx, clock.now())
    return first ?? insert(tx, made, clock.now())
  })
}

function decrypted(row: SigningKeyRow, encryptionKeys: ChangingKeys): JWK {
  const found = decryptWithAny(encryptionKeys, row.keyId, row.encryptedJwk)
  if (found !== undefined) return JSON.parse(found.text) as JWK
  throw new Error(
    'The signing keys cannot be decrypted: AUTH_SECRET has changed since they were created. Set AUTH_SECRET_OTHER to the former ' +
      'value, or delete the rows of signing.key, which revokes every token.',
  )
}
