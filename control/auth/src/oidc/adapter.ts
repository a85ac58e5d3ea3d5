import { AsyncLocalStorage } from 'node:async_hooks'
import type { ReadHandle } from '@stoa/contract'
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
  removeRecord,
  saveRecord,
  saveRefreshToken,
  type FoundRecord,
} from '../store/oidc-records.ts'
import { findGrant, saveSession } from '../store/sessions.ts'

/** What a session that is opened in the current transaction says of itself. */
interface Opening {
  readonly methods: readonly string[]
  readonly openedUnder: string
}

/** Runs what the provider stores inside a transaction that is already open. */
export interface OidcStore {
  readonly adapter: AdapterFactory
  readonly within: <Value>(tx: AuthTx, opening: Opening, run: () => Promise<Value>) => Promise<Value>
}

interface StoreSettings {
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
  const store = { ...settings, write }
  return {
    adapter: (model) => (model === 'Grant' ? grantAdapter(store) : recordAdapter(store, model)),
    within: (tx, opening, run) => current.run({ tx, opening }, run),
  }
}

interface Store extends StoreSettings {
  readonly write: <Value>(run: (tx: AuthTx, opening?: Opening) => Promise<Value>) => Promise<Value>
}

function grantAdapter({ db, clock, write }: Store): Adapter {
  return {
    upsert: (id, payload, expiresInSeconds) =>
      write((tx, opening) =>
        saveSession(tx, {
          id,
          userId: required(payload.accountId, 'accountId'),
          clientId: required(payload.clientId, 'clientId'),
          methods: opening?.methods ?? ['pwd'],
          payload,
          openedUnder: opening?.openedUnder,
          createdAt: clock.now(),
          expiresAt: expiry(clock, required(expiresInSeconds, 'life')),
        }),
      ),
    find: async (id) => (await findGrant(db, id, clock.now())) as AdapterPayload | undefined,
    destroy: (id) => write((tx) => endSessions(tx, [id])),
    findByUid: () => Promise.resolve(undefined),
    findByUserCode: () => Promise.resolve(undefined),
    consume: () => Promise.resolve(),
    revokeByGrantId: () => Promise.resolve(),
  }
}

function recordAdapter({ db, clock, write }: Store, model: string): Adapter {
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
      return write((tx) => save(tx, record, clock.now()))
    },
    find: async (id) => toPayload(await findRecord(db, model, keyOf(id)), isSecret ? id : undefined),
    findByUid: async (uid) => toPayload(await findRecordByUid(db, model, uid)),
    findByUserCode: async (userCode) => toPayload(await findRecordByUserCode(db, model, userCode)),
    destroy: (id) => write((tx) => removeRecord(tx, model, keyOf(id))),
    consume: async (id) => {
      // of two that use it at once only one finds it unused
      const isFirst = await write((tx) => consumeRecord(tx, model, keyOf(id), clock.now()))
      if (isFirst || !SINGLE_USE.has(model)) return
      const grantId = toPayload(await findRecord(db, model, keyOf(id)))?.grantId
      if (grantId !== undefined) await write((tx) => endSessions(tx, [grantId]))
      throw new errors.InvalidGrant('it was used already')
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
  if (value === undefined) throw new Error(`a grant without ${name} can not be kept`)
  return value
}
