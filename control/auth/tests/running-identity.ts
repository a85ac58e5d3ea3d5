import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { catalogue } from '@stoa/contracts/catalogue'
import { declaredCalls } from '../src/declared-calls.ts'
import { auditMigrations } from '@stoa/audit'
import { eventsMigrations } from '@stoa/events'
import { AppError, newId, systemClock } from '@stoa/kernel'
import { readMigrations } from '@stoa/postgres'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { transactionsOf, type Transaction } from '../src/auth-tx.ts'
import { makeIdentity, type Identity } from '../src/identity.ts'

export const ISSUER = 'http://127.0.0.1:8080'
export const ADA = {
  userId: '01890a5d-ac96-774b-bcce-b302099a8057',
  email: 'ada@stoa.example',
  roles: ['customer'],
  tier: 'premium',
}
/** What user says of her besides, in an ID token. */
const PROFILE = { name: 'Ada Lovelace', locale: 'en', emailVerified: true, updatedAt: 1_800_000_000n }
export const PASSWORD = 'stoa-demo-only'
/** The code of those with a second factor. */
export const CODE = '123456'

/** An authorization server on a port of its own, over a database of its own; user is played by `people`. */
export interface RunningIdentity {
  readonly url: string
  readonly identity: Identity
  readonly database: TestDatabase
  readonly transaction: Transaction
  readonly errors: unknown[]
  /** Accounts by id; delete one, and it is closed. */
  readonly people: Map<string, typeof ADA>
  /** The accounts with a second factor, whose code is always the same. */
  readonly withCode: Set<string>
  /** What user waits for before it returns: set it, and something happens meanwhile. */
  readonly before: { getClaims?: () => Promise<void>; verified?: () => Promise<void> }
  readonly stop: () => Promise<void>
}

/** The secret that signing keys are encrypted with. */
export const SECRET = 'a secret of the tests, long enough'

export async function runIdentity(secret = SECRET): Promise<RunningIdentity> {
  const own = { name: 'auth', migrations: await readMigrations(new URL('../migrations/', import.meta.url)) }
  const database = await testDatabase({ name: 'auth', sets: [eventsMigrations, auditMigrations, own] })
  const transaction = transactionsOf(database.database, {
    clock: systemClock,
    newId,
    schemaBaseUrl: 'http://127.0.0.1:8080',
  })
  const people = new Map([[ADA.userId, ADA]])
  const withCode = new Set<string>()
  const errors: unknown[] = []
  const before: RunningIdentity['before'] = {}
  const record = (message: string, fields?: object) => void errors.push({ message, ...fields })
  const identity = makeIdentity({
    issuer: ISSUER,
    secret,
    serviceSecrets: new Map([
      ['order', 'order-secret-of-16'],
      ['*', 'everybody-else-16'],
    ]),
    declaredCalls: declaredCalls(catalogue),
    rotationDays: 30,
    db: database.database.read,
    transaction,
    clock: systemClock,
    telemetry: { logger: { debug: () => undefined, info: () => undefined, warn: record, error: record } as never },
    calls: {
      user: {
        getClaims: claimsFrom(people, before),
        verifyPassword: passwordOf(people, withCode, before),
        verifyOneTimeCode: verifyCode,
      },
    } as never,
  })
  await identity.start()
  const server = await listening(identity, errors)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    identity,
    database,
    transaction,
    errors,
    people,
    withCode,
    before,
    stop: async () => {
      identity.stop()
      await new Promise((done) => server.close(done))
      await database.close()
    },
  }
}

function claimsFrom(people: Map<string, typeof ADA>, before: RunningIdentity['before']) {
  return async ({ userId }: { readonly userId: string }) => {
    const known = people.get(userId)
    await before.getClaims?.()
    if (known === undefined) throw new AppError('not_found', 'user.not_found', 'no such account')
    return { ...known, ...PROFILE }
  }
}

async function verifyCode({ otp, accountVersion }: { readonly otp: string; readonly accountVersion: number }) {
  if (otp === 'LOCKED') throw new AppError('rate_limited', 'user.locked', 'locked')
  if (otp === 'CHANGED') throw new AppError('unauthenticated', 'user.credentials_wrong', 'changed')
  if (otp !== CODE || accountVersion !== 1) throw new AppError('unauthenticated', 'user.otp_wrong', 'wrong')
  return {}
}

function passwordOf(people: Map<string, typeof ADA>, withCode: Set<string>, before: RunningIdentity['before']) {
  return async ({ email, password }: { readonly email: string; readonly password: string }) => {
    const known = [...people.values()].find((person) => person.email === email)
    if (known === undefined || password !== PASSWORD) {
      throw new AppError('unauthenticated', 'user.credentials_wrong', 'wrong')
    }
    await before.verified?.()
    return { userId: known.userId, accountVersion: 1, codeRequired: withCode.has(known.userId) }
  }
}

async function listening(identity: Identity, errors: unknown[]): Promise<Server> {
  const server = createServer((request, response) => {
    identity.handle(request, response, { address: '127.0.0.1' }).catch((error: unknown) => {
      errors.push(error)
      response.destroy()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return server
}
