import { accessTable } from '@stoa/contracts/auth/roles'
import { staticResolver } from '@stoa/discovery'
import { logMigrations, openEventLog, parseCloudEvent, type EventLog } from '@stoa/events'
import { systemClock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { anonymous, createPrincipals, createTokenVerifier, fetchKeys, resourceOf } from '@stoa/security'
import { migrationsOf, startService, type Identity } from '@stoa/service'
import { eventually, testDatabase } from '@stoa/testing'
import { authConfig, authService } from '../src/index.ts'
import { ADA, ISSUER } from './running-identity.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: { readonly [field: string]: unknown }
}

interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

interface RequestOptions {
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The whole service, whose callers show tokens that it issued itself. */
export interface RunningAuth {
  readonly url: string
  readonly request: (method: string, path: string, options?: RequestOptions) => Promise<Answer>
  /** A token of the named service for auth; undefined when none is issued. */
  readonly tokenOf: (service: string) => Promise<string | undefined>
  /** Calls an RPC method as the named service would. */
  readonly call: (service: string, method: string, body: object, key?: string) => Promise<Answer>
  readonly signIn: (roles?: readonly string[], userId?: string) => Promise<Tokens>
  readonly refresh: (refreshToken: string) => Promise<Answer>
  readonly published: (type: string) => Promise<unknown[]>
  readonly log: EventLog
  readonly database: Database
  readonly stop: () => Promise<void>
}

const SECRET = 'stoa-embedded-only'

export async function runAuth(): Promise<RunningAuth> {
  const own = await testDatabase({ sets: await migrationsOf(authService), name: 'auth' })
  const logDatabase = await testDatabase({ sets: [logMigrations], name: 'auth_log' })
  const config = authConfig.parse({
    DATABASE_URL: own.url,
    LOG_DATABASE_URL: logDatabase.url,
    PORT: '0',
    LOG_LEVEL: 'silent',
  })
  let url = ''
  const running = await startService(authService, {
    config,
    access: accessTable,
    identity: identityAt(() => url),
    resolver: staticResolver({}),
    calls: { for: () => ({ user: { getClaims: async () => ADA } }), close() {} },
  })
  url = `http://127.0.0.1:${running.port}`
  const log = openEventLog({ url: logDatabase.url, applicationName: 'auth-test' })
  const call = (service: string, method: string, body: object, key: string = crypto.randomUUID()) =>
    callAs(url, service, method, body, key)
  return {
    url,
    request: (method, path, options) => send(url, method, path, options),
    tokenOf: (service) => serviceToken(url, service),
    call,
    signIn: async (roles = ['customer'], userId = ADA.userId) => {
      const opened = await call('user', 'OpenSession', {
        userId,
        email: ADA.email,
        roles,
        tier: 'free',
        methods: ['password'],
      })
      if (opened.status !== 200) throw new Error(JSON.stringify(opened.body))
      return opened.body as unknown as Tokens
    },
    refresh: (refreshToken) =>
      sendForm(`${url}/oauth2/token`, {
        grant_type: 'refresh_token',
        client_id: 'stoa-shop',
        refresh_token: refreshToken,
      }),
    published: async (type) => {
      await eventually(async () => {
        const [row] = await own.database.read.sql<{ pending: number }>`select count(*)::int as pending from outbox`
        if (row?.pending !== 0) throw new Error('the outbox is not empty yet')
      })
      const { events } = await log.read({ topics: ['auth.events'], limit: 1_000, types: [type] })
      return events.map(({ event }) => parseCloudEvent(event).data)
    },
    log,
    database: own.database,
    stop: async () => {
      await running.stop()
      await log.close()
      await Promise.all([own.close(), logDatabase.close()])
    },
  }
}

/** What the platform gives every service, but for the address, which is not known before it listens. */
function identityAt(url: () => string): Identity {
  const verifier = createTokenVerifier({
    issuer: ISSUER,
    audience: ['stoa', 'auth'],
    loadKeys: fetchKeys(() => `${url()}/oauth2/jwks`),
    clock: systemClock,
  })
  const principalOf = createPrincipals(accessTable)
  return {
    verifier,
    tokens: { token: () => Promise.reject(new Error('auth calls nobody in this test')), forget() {} },
    authenticate: async (authorization) =>
      authorization === undefined
        ? anonymous
        : principalOf(await verifier.verify(authorization.replace(/^Bearer /, ''))),
    onInvalidated: () => () => {},
    signIn: () => Promise.reject(new Error('auth opens no door of its own')),
    close: async () => {},
  }
}

async function serviceToken(url: string, service: string): Promise<string | undefined> {
  const fields = { grant_type: 'client_credentials', resource: resourceOf('auth') }
  const { body } = await sendForm(`${url}/oauth2/token`, fields, {
    authorization: `Basic ${Buffer.from(`${service}:${SECRET}`).toString('base64')}`,
  })
  const token = body['access_token']
  return typeof token === 'string' ? token : undefined
}

async function callAs(url: string, service: string, method: string, body: object, key: string): Promise<Answer> {
  const token = await serviceToken(url, service)
  return toAnswer(
    await fetch(`${url}/stoa.auth.v1.AuthRpc/${method}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify(body),
    }),
  )
}

async function send(
  url: string,
  method: string,
  path: string,
  { token, body, headers: more }: RequestOptions = {},
): Promise<Answer> {
  const headers = {
    ...more,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  return toAnswer(
    await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
  )
}

async function sendForm(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return toAnswer(
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    }),
  )
}

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Answer['body'],
  }
}
