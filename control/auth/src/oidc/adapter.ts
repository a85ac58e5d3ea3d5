import { AsyncLocalStorage } from 'node:async_hooks'
import type { ReadHandle } from '@stoa/contract'
import { MAX_SESSIONS } from '@stoa/contracts/auth/resources'
import type { Clock } from '@stoa/kernel'
import { fingerprint } from '@stoa/security'
import { errors, type Adapter, type AdapterFactory, type AdapterPayload } from 'oidc-provider'
import type { AuthTx, Transaction } from '../auth-tx.ts'
import { endSessions } from '../end-sessions.ts'
import {
  consumeRecord,
  findRecord,
  findRecordByUid,
  findRecordByUserCode,
  removeBrowsersBeyond,
  removeRecord,
  saveRecord,
  saveRefreshToken,
  type FoundRecord,
} from '../store/oidc-records.ts'
import { lockAccount } from '../store/account-ends.ts'
import { findOAuthClient } from '../store/oauth-clients.ts'
import { addedServiceClient, clientMetadata } from './clients.ts'
import { storableOnly } from './storable.ts'
import { findGrant, listSessionsBeyond, saveSession } from '../store/sessions.ts'
import { makeSignInProofs, type SignInProofs } from './sign-in-proofs.ts'

/** What a session that is opened in the current transaction says of itself. */
interface Opening {
  readonly methods: readonly string[]
  readonly openedUnder: string
}

/** Runs what the provider stores inside a transaction that is already open. */
export interface OidcStore {
  readonly adapter: AdapterFactory
  /** Runs a request of a browser or a program. */
  readonly during: SignInProofs['during']
  readonly within: <Value>(tx: AuthTx, opening: Opening, run: () => Promise<Value>) => Promise<Value>
}

interface StoreSettings {
  readonly issuer: string
  readonly db: ReadHandle
  readonly transaction: Transaction
  readonly clock: Clock
}

/** What opens something by itself is kept under its SHA-256; the others are looked up by a second name too. */
const SECRET_IDS = new Set(['RefreshToken', 'AuthorizationCode', 'AccessToken', 'ClientCredentials'])
/** What may be used once; used again it was stolen, and all that came of its grant ends. */
const SINGLE_USE = new Set(['RefreshToken', 'AuthorizationCode'])

/** Makes the storage of oidc-provider over the service's own database. */
export function makeOidcStore(settings: StoreSettings): OidcStore {
  const current = new AsyncLocalStorage<{ readonly tx: AuthTx; readonly opening: Opening }>()
  const write = <Value>(run: (tx: AuthTx, opening?: Opening) => Promise<Value>): Promise<Value> => {
    const open = current.getStore()
    return open === undefined ? settings.transaction((tx) => run(tx)) : run(open.tx, open.opening)
  }
  const proofs = makeSignInProofs()
  const store = { ...settings, write, proofs }
  return {
    adapter: (model) => {
      if (model === 'Client') return storableOnly(clientAdapter(store))
      return storableOnly(model === 'Grant' ? grantAdapter(store) : recordAdapter(store, model))
    },
    during: proofs.during,
    within: (tx, opening, run) => current.run({ tx, opening }, run),
  }
}

interface Store extends StoreSettings {
  readonly write: <Value>(run: (tx: AuthTx, opening?: Opening) => Promise<Value>) => Promise<Value>
  readonly proofs: SignInProofs
}

function grantAdapter({ db, clock, write, proofs }: Store): Adapter {
  return {
    upsert: (id, payload, expiresInSeconds) =>
      write(async (tx, opening) => {
        const userId = required(payload.accountId, 'accountId')
        await (opening === undefined ? proofs.require(tx, userId) : lockAccount(tx, userId))
        const clientId = required(payload.clientId, 'clientId')
        const methods = opening?.methods ?? proofs.methodsOf(userId) ?? ['pwd']
        const isNew = await saveSession(tx, {
          id,
          userId,
          clientId,
          methods,
          payload,
          openedUnder: opening?.openedUnder,
          createdAt: clock.now(),
          expiresAt: expiry(clock, required(expiresInSeconds, 'life')),
        })
        if (isNew) recordOpened(tx, { userId, sessionId: id, clientId, methods })
        // The account is locked: of two sign-ins at once the later one counts the other.
        const beyond = { userId, currentId: id, most: MAX_SESSIONS, now: clock.now() }
        await endSessions(tx, await listSessionsBeyond(tx, beyond))
      }),
    find: async (id) => (await findGrant(db, id, clock.now())) as AdapterPayload | undefined,
    destroy: (id) => write((tx) => endSessions(tx, [id])),
    findByUid: () => Promise.resolve(undefined),
    findByUserCode: () => Promise.resolve(undefined),
    consume: () => Promise.resolve(),
    revokeByGrantId: () => Promise.resolve(),
  }
}

interface OpenedSession {
  readonly userId: string
  readonly sessionId: string
  readonly clientId: string
  readonly methods: readonly string[]
}

function recordOpened(tx: AuthTx, { userId, sessionId, clientId, methods }: OpenedSession): void {
  tx.audit({
    operation: 'auth.openSession',
    actor: userId,
    actorKind: 'user',
    client: clientId,
    session: sessionId,
    persons: [userId],
    details: { methods: methods.join(' ') },
  })
}

/** Clients are changed by the API alone; oidc-provider reads them. */
function clientAdapter({ db, issuer }: Store): Adapter {
  const refuse = () => Promise.reject(new Error('clients are changed by the API alone'))
  return {
    find: async (id) => {
      const row = await findOAuthClient(db, id)
      return row === undefined ? addedServiceClient(id) : clientMetadata(row, issuer)
    },
    upsert: refuse,
    destroy: refuse,
    consume: refuse,
    findByUid: () => Promise.resolve(undefined),
    findByUserCode: () => Promise.resolve(undefined),
    revokeByGrantId: () => Promise.resolve(),
  }
}

function recordAdapter({ db, clock, write, proofs }: Store, model: string): Adapter {
  const isSecret = SECRET_IDS.has(model)
  const keyOf = (id: string) => (isSecret ? fingerprint(id) : id)
  return {
    upsert: (id, payload, expiresInSeconds) => {
      const record = {
        model,
        id: keyOf(id),
        payload: isSecret ? { ...payload, jti: undefined } : payload,
        grantId: payload.grantId,
        accountId: model === 'Session' ? payload.accountId : undefined,
        uid: payload.uid,
        userCode: payload.userCode,
        expiresAt: expiresInSeconds === undefined ? undefined : expiry(clock, expiresInSeconds),
      }
      const save = model === 'RefreshToken' ? saveRefreshToken : saveRecord
      return write(async (tx) => {
        if (record.accountId !== undefined) await proofs.require(tx, record.accountId)
        await save(tx, record, clock.now())
        if (record.accountId !== undefined) await removeBrowsersBeyond(tx, record.accountId, MAX_SESSIONS)
      })
    },
    find: (id) =>
      proofs.reading(db, model, async () =>
        toPayload(await findRecord(db, model, keyOf(id)), isSecret ? id : undefined),
      ),
    findByUid: (uid) => proofs.reading(db, model, async () => toPayload(await findRecordByUid(db, model, uid))),
    findByUserCode: async (userCode) => toPayload(await findRecordByUserCode(db, model, userCode)),
    destroy: (id) => write((tx) => removeRecord(tx, model, keyOf(id))),
    consume: async (id) => {
      // of two that use it at once only one finds it unused
      const isFirst = await write((tx) => consumeRecord(tx, model, keyOf(id), clock.now()))
      if (isFirst || !SINGLE_USE.has(model)) return
      const grantId = toPayload(await findRecord(db, model, keyOf(id)))?.grantId
      if (grantId !== undefined) await write((tx) => endSessions(tx, [grantId]))
      throw new errors.InvalidGrant('it was already used')
    },
    // a grant's end, which always goes with it, removes them all
    revokeByGrantId: () => Promise.resolve(),
  }
}

function toPayload(found: FoundRecord | undefined, id?: string): AdapterPayload | undefined {
  if (found === undefined) return undefined
  return {
    ...found.payload,
    ...(id === undefined ? {} : { jti: id }),
    ...(found.consumedAt === null ? {} : { consumed: Math.floor(found.consumedAt.epochMilliseconds / 1_000) }),
  }
}

function expiry(clock: Clock, seconds: number): Temporal.Instant {
  return clock.now().add({ seconds })
}

function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`a grant without ${name} cannot be kept`)
  return value
}
