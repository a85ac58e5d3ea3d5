import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { catalogue, declaredCalls } from '@stoa/contracts/catalogue'
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
export const PASSWORD = 'stoa-demo-only'

/** An authorization server on a port of its own, over a database of its own; user is played by `people`. */
export interface RunningIdentity {
  readonly url: string
  readonly identity: Identity
  readonly database: TestDatabase
  readonly transaction: Transaction
  readonly errors: unknown[]
  /** Accounts by id; delete one, and it is closed. */
  readonly people: Map<string, typeof ADA>
  readonly stop: () => Promise<void>
}

export async function runIdentity(secret = 'a secret of the tests, long enough'): Promise<RunningIdentity> {
  const own = { name: 'auth', migrations: await readMigrations(new URL('../migrations/', import.meta.url)) }
  const database = await testDatabase({ name: 'auth', sets: [eventsMigrations, own] })
  const transaction = transactionsOf(database.database, systemClock, newId)
  const people = new Map([[ADA.userId, ADA]])
  const errors: unknown[] = []
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
    calls: { user: { getClaims: claimsFrom(people), verifyPassword: passwordOf(people) } } as never,
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
    stop: async () => {
      identity.stop()
      await new Promise((done) => server.close(done))
      await database.close()
    },
  }
}

function claimsFrom(people: Map<string, typeof ADA>) {
  return async ({ userId }: { readonly userId: string }) => {
    const known = people.get(userId)
    if (known === undefined) throw new AppError('not_found', 'user.not_found', 'no such account')
    return known
  }
}

function passwordOf(people: Map<string, typeof ADA>) {
  return async ({ email, password }: { readonly email: string; readonly password: string }) => {
    const known = [...people.values()].find((person) => person.email === email)
    if (known === undefined || password !== PASSWORD) {
      throw new AppError('unauthenticated', 'user.credentials_wrong', 'wrong')
    }
    return { userId: known.userId }
  }
}

async function listening(identity: Identity, errors: unknown[]): Promise<Server> {
  const server = createServer((request, response) => {
    identity.handle(request, response).catch((error: unknown) => {
      errors.push(error)
      response.destroy()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return server
}
