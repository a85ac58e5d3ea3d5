import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

/** What a device is asked, and the page that asks it. */
interface Asked {
  readonly challenge: string
  readonly rpId: string
  readonly origin: string
}

/** How a device deviates from one that is asked to verify its owner, and does. */
interface Deviation {
  readonly isVerified?: boolean
  readonly signCount?: number
  readonly userHandle?: string
}

/** An authenticator with one passkey, played by this process. */
export interface PasskeyDevice {
  readonly id: string
  /** What is needed of what `navigator.credentials.create` makes, as JSON. */
  readonly create: (asked: Asked, deviation?: Deviation) => ReturnType<typeof created>
  /** What `navigator.credentials.get` returns, as JSON. */
  readonly get: (asked: Asked & { readonly userId: string }, deviation?: Deviation) => ReturnType<typeof shown>
}

export function passkeyDevice(): PasskeyDevice {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(16)
  return {
    id: id.toString('base64url'),
    create: (asked, deviation) => created(id, key.publicKey, asked, deviation),
    get: (asked, deviation) => shown(id, key.privateKey, asked, deviation),
  }
}

function created(id: Buffer, key: KeyObject, { challenge, rpId, origin }: Asked, deviation: Deviation = {}) {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  // the key in COSE: EC2, ES256, P-256
  const cose = Buffer.concat([
    Buffer.from('a5010203262001', 'hex'),
    Buffer.from('215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ])
  const length = Buffer.from([0, id.length])
  const attested = Buffer.concat([Buffer.alloc(16), length, id, cose])
  const data = Buffer.concat([authenticatorData(rpId, { ...deviation, isAttested: true }), attested])
  // { fmt: 'none', attStmt: {}, authData }
  const attestation = Buffer.concat([
    Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
    Buffer.from([0x58, data.length]),
    data,
  ])
  return {
    id: id.toString('base64url'),
    response: {
      clientDataJSON: clientData('webauthn.create', challenge, origin).toString('base64url'),
      attestationObject: attestation.toString('base64url'),
      transports: ['internal'],
    },
  }
}

function shown(
  id: Buffer,
  key: KeyObject,
  { challenge, rpId, origin, userId }: Asked & { readonly userId: string },
  deviation: Deviation = {},
) {
  const client = clientData('webauthn.get', challenge, origin)
  const data = authenticatorData(rpId, deviation)
  const signed = Buffer.concat([data, createHash('sha256').update(client).digest()])
  const text = id.toString('base64url')
  return {
    id: text,
    rawId: text,
    type: 'public-key' as const,
    response: {
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: sign('sha256', signed, key).toString('base64url'),
      userHandle: Buffer.from(deviation.userHandle ?? userId).toString('base64url'),
    },
    clientExtensionResults: {},
  }
}

function clientData(type: string, challenge: string, origin: string): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
}

function authenticatorData(rpId: string, of: Deviation & { readonly isAttested?: boolean }): Buffer {
  const present = 0x01
  const flags = present | (of.isVerified === false ? 0 : 0x04) | (of.isAttested === true ? 0x40 : 0)
  const count = Buffer.alloc(4)
  count.writeUInt32BE(of.signCount ?? 0)
  return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), count])
}
