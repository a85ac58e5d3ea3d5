import { AsyncLocalStorage } from 'node:async_hooks'
import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { errors, type AdapterPayload } from 'oidc-provider'
import { findAccountEnd, lockAccount } from '../store/account-ends.ts'

/** What a request relies on for an account: how often it had been ended, which version of it was proven, and how (RFC 8176). */
interface Proof {
  ends?: number
  version?: number
  methods?: readonly string[]
}

/**
 * What the requests under way rely on. oidc-provider reads a sign-in, decides, and writes what follows from it in further
 * transactions: without a comparison, what ends everything of an account in between would be undone by the later write.
 */
export interface SignInProofs {
  /** Runs a request, with nothing relied on yet. */
  readonly during: <Value>(request: () => Promise<Value>) => Promise<Value>
  /** Reads a record that may be a sign-in, and notes what it is relied on for. */
  readonly reading: (
    db: ReadHandle,
    model: string,
    read: () => Promise<AdapterPayload | undefined>,
  ) => Promise<AdapterPayload | undefined>
  /** How an account was proven that the request has read a sign-in of. */
  readonly methodsOf: (accountId: string) => readonly string[] | undefined
  /** Locks an account before something is opened for it. @throws SessionNotFound when it was ended since the request read its sign-in */
  readonly require: (tx: WriteHandle, accountId: string) => Promise<void>
}

export function makeSignInProofs(): SignInProofs {
  const current = new AsyncLocalStorage<Map<string, Proof>>()
  const noteFor = (accountId: string, proof: Proof) => {
    const proofs = current.getStore()
    if (proofs !== undefined) proofs.set(accountId, { ...proof, ...proofs.get(accountId) })
  }
  return {
    during: (request) => current.run(new Map(), request),
    reading: async (db, model, read) => {
      const found = await read()
      if (model === 'Interaction') {
        const { login, accountVersion } = resultOf(found)
        if (login?.accountId !== undefined) {
          noteFor(login.accountId, {
            version: accountVersion ?? 0,
            ...(login.amr === undefined ? {} : { methods: login.amr }),
          })
        }
      }
      const accountId = model === 'Session' ? found?.accountId : undefined
      if (accountId === undefined) return found
      const { ends } = await findAccountEnd(db, accountId)
      const methods = found?.['amr'] as readonly string[] | undefined
      noteFor(accountId, { ends, ...(methods === undefined ? {} : { methods }) })
      // again, behind the count: what was ended before it was counted is gone by now
      return read()
    },
    methodsOf: (accountId) => current.getStore()?.get(accountId)?.methods,
    require: async (tx, accountId) => {
      await lockAccount(tx, accountId)
      const proof = current.getStore()?.get(accountId)
      const { ends, fromVersion } = await findAccountEnd(tx, accountId)
      const isCurrent =
        proof !== undefined && (proof.ends ?? ends) === ends && isVersionCurrent(proof.version, fromVersion)
      if (!isCurrent) throw new errors.SessionNotFound('the account was signed out, or was changed')
    },
  }
}

/** Whether a proven version of an account still counts; 0 is that of a release of user that does not send it. */
export function isVersionCurrent(version: number | undefined, fromVersion: number): boolean {
  return version === undefined || version === 0 || version >= fromVersion
}

interface LoginResult {
  readonly login?: { readonly accountId?: string; readonly amr?: readonly string[] }
  readonly accountVersion?: number
}

function resultOf(payload: AdapterPayload | undefined): LoginResult {
  return (payload?.['result'] as LoginResult | undefined) ?? {}
}
