import type { Calls, ReadHandle } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { RenewedTokens } from '@stoa/contracts/auth/resources'
import { type Clock, platformError } from '@stoa/kernel'
import { createProofVerifier, deriveChangingKeys, fingerprint, type ChangingKeys } from '@stoa/security'
import type { Telemetry } from '@stoa/telemetry'
import type { AuthTx, Transaction } from './auth-tx.ts'
import { SHOP_CLIENT, type DeclaredCalls } from './oidc/clients.ts'
import { makeKeyRing, type KeyRing } from './key-ring.ts'
import type { AccountClaims } from './oidc/accounts.ts'
import type { FirstTokens } from './oidc/mint.ts'
import type { Handle, OidcServer } from './oidc/provider.ts'
import { findApiKey, useApiKey } from './store/api-keys.ts'
import { findSessionOpenedUnder } from './store/sessions.ts'

export interface IdentitySettings {
  readonly issuer: string
  /** Of at least 32 characters; the keys that encrypt and sign what auth keeps are derived from it. */
  readonly secret: string
  /** Accepted beside it while it changes. */
  readonly otherSecret?: string | undefined
  readonly serviceSecrets: ReadonlyMap<string, string>
  readonly declaredCalls: DeclaredCalls
  readonly rotationDays: number
  readonly db: ReadHandle
  readonly transaction: Transaction
  readonly clock: Clock
  readonly telemetry: Pick<Telemetry, 'logger'>
  readonly calls: Pick<Calls<AuthService['calls']>, 'user'>
}

/** The authorization server of this instance, with the signing keys as they stand in the database. */
export interface Identity {
  readonly issuer: string
  readonly keys: KeyRing
  /** Loads or makes the signing keys; before it nothing is answered. */
  readonly start: () => Promise<void>
  readonly stop: () => void
  /** Takes up signing keys that another instance, or this one, has made. */
  readonly reload: () => Promise<void>
  readonly handle: Handle
  /** Exchanges a refresh token of the shop's client; undefined for one that is not valid. */
  readonly refresh: (refreshToken: string) => Promise<RenewedTokens | undefined>
  /** Opens a session under a key, in the open transaction; a repeat of the key joins the session. */
  readonly openSession: (
    tx: AuthTx,
    opening: { readonly account: AccountClaims; readonly methods: readonly string[]; readonly key: string },
  ) => Promise<FirstTokens>
}

const RELOAD_EVERY_MS = 30_000

/** Makes the authorization server; oidc-provider, which is heavy to load, is loaded with `start`. */
export function makeIdentity(settings: IdentitySettings): Identity {
  const { db, transaction, clock, telemetry } = settings
  const keys = makeKeyRing({
    db,
    transaction,
    clock,
    encryptionKeys: keysFor(settings, 'signing keys'),
    rotationDays: settings.rotationDays,
  })
  let running: Running | undefined
  let timer: NodeJS.Timeout | undefined

  const reload = async () => {
    const current = started(running)
    const loaded = await keys.load()
    const version = loaded.map(({ kid }) => kid).join()
    if (version === current.version) return
    running = { ...current, version, server: current.makeServer(loaded) }
    telemetry.logger.info('signing keys loaded', { signs: loaded[0]?.kid, keys: loaded.length })
  }
  return {
    issuer: settings.issuer,
    keys,
    start: async () => {
      const [loaded, made] = await Promise.all([keys.load(), prepare(settings)])
      running = { ...made, version: loaded.map(({ kid }) => kid).join(), server: made.makeServer(loaded) }
      timer = setInterval(() => {
        reload().catch((error: unknown) => telemetry.logger.warn('signing keys not reloaded', { error }))
      }, RELOAD_EVERY_MS).unref()
    },
    stop: () => clearInterval(timer),
    reload,
    handle: (...request) => started(running).server.handle(...request),
    refresh: async (refreshToken) => {
      const { oidc, server } = started(running)
      const fields = { grant_type: 'refresh_token', client_id: SHOP_CLIENT, refresh_token: refreshToken }
      const { status, body } = await oidc.askInProcess(server.handle, '/oauth2/token', fields)
      if (status === 400) return undefined
      if (status !== 200) throw new Error(`the token endpoint returned ${status}`)
      return {
        accessToken: String(body['access_token']),
        refreshToken: String(body['refresh_token']),
        tokenType: 'Bearer',
        expiresIn: Number(body['expires_in']),
      }
    },
    openSession: async (tx, { account, methods, key }) => {
      const { oidc, store, accounts, server } = started(running)
      const joined = await findSessionOpenedUnder(tx, key)
      return store.within(tx, { methods, openedUnder: key }, () =>
        oidc.mintFirstTokens(server.provider, accounts, account, methods, joined),
      )
    },
  }
}

function keysFor({ secret, otherSecret }: IdentitySettings, purpose: string): ChangingKeys {
  return deriveChangingKeys({ secret, other: otherSecret }, purpose)
}

type Prepared = Awaited<ReturnType<typeof prepare>>
interface Running extends Prepared {
  readonly version: string
  readonly server: OidcServer
}

async function prepare(settings: IdentitySettings) {
  const { issuer, db, transaction, clock, calls, telemetry } = settings
  const oidc = await loadOidc(telemetry)
  const accounts = oidc.makeAccounts(calls)
  const store = oidc.makeOidcStore({ issuer, db, transaction, clock })
  const proofs = createProofVerifier({ clock })
  const makeServer = (keys: Parameters<typeof oidc.makeOidcServer>[1]) =>
    oidc.makeOidcServer(
      {
        ...settings,
        store,
        accounts,
        proofs,
        cookieKeys: keysFor(settings, 'cookies').map((key) => key.toString('base64url')),
        verifyPassword: (attempt) => calls.user.verifyPassword({ ...attempt, asksForCode: true }),
        verifyCode: async (attempt) => void (await calls.user.verifyOneTimeCode(attempt)),
        beginPasskey: (signIn) => calls.user.beginPasskeySignIn(signIn),
        verifyPasskey: (attempt) => calls.user.verifyPasskey(attempt),
        useApiKey: (key) => transaction((tx) => useApiKey(tx, fingerprint(key), clock.now())),
        isApiKeyLive: async ({ id, generation }) => (await findApiKey(db, id, clock.now()))?.generation === generation,
        onError: (error) => telemetry.logger.error('authorization server failed', { error }),
      },
      keys,
    )
  return { oidc, accounts, store, makeServer }
}

/** Loads oidc-provider; what it says on the console while it loads is for the log. */
async function loadOidc({ logger }: IdentitySettings['telemetry']) {
  const { warn } = console
  console.warn = (text: unknown) => logger.debug(String(text))
  try {
    return await import('./oidc/provider.ts')
  } finally {
    console.warn = warn
  }
}

function started(running: Running | undefined): Running {
  if (running === undefined) throw platformError('service.unavailable', 'The authorization server is starting.')
  return running
}
