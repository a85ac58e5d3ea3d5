import { appHeader, appSessionPaths, type AppSession, type AppSignedOut } from '@stoa/contract'
import { getInvoice, getInvoicePdf, listInvoices } from '@stoa/contracts/billing/http'
import { account } from '@stoa/contracts/gateway/apps'
import {
  addPasskey,
  beginPasskey,
  listPasskeys,
  removePasskey,
  renamePasskey,
} from '@stoa/contracts/user/passkeys-http'
import { RestProblem, restClient } from '@stoa/rest'

/** What makes a request one of this page: the gateway exchanges the cookie of the session for a token. */
const headers = { [appHeader]: 'account' }

/** The operations of billing that the page uses. */
export const billing = restClient({ operations: { getInvoice, getInvoicePdf, listInvoices } }, { url: '', headers })

/** The operations of user that the page uses. */
export const passkeys = restClient(
  { operations: { listPasskeys, beginPasskey, addPasskey, renamePasskey, removePasskey } },
  { url: '', headers },
)

/** A passkey as its operations return it. */
export type ShownPasskey = Awaited<ReturnType<typeof passkeys.listPasskeys>>['body']['items'][number]

/** The account that is signed in. @throws RestProblem with status 401 for nobody */
export async function accountId(): Promise<ShownAccount> {
  const answer = await fetch(account.path + appSessionPaths.show, { headers })
  if (!answer.ok) throw new RestProblem('session', answer, {})
  return ((await answer.json()) as AppSession).accountId as ShownAccount
}

/** The id of an account. */
export type ShownAccount = Parameters<typeof passkeys.listPasskeys>[0]['params']['id']

/** An invoice or a credit note as its operation returns it. */
export type ShownInvoice = Awaited<ReturnType<typeof billing.getInvoice>>['body']

/** The address that signs in and returns to this path, at the origin for which sign-ins are made. */
export function signInUrl(to: string): string {
  const origin = document.querySelector<HTMLMetaElement>('meta[name=stoa-origin]')?.content ?? ''
  return `${origin}${account.path}${appSessionPaths.signIn}?${new URLSearchParams({ to }).toString()}`
}

/** Ends the session, and continues at the page that ends the sign-in of the account. */
export async function signOut(): Promise<void> {
  const answer = await fetch(account.path + appSessionPaths.signOut, { method: 'POST', headers })
  if (!answer.ok && answer.status !== 401) throw new Error(`the session was not ended: ${answer.status}`)
  location.assign(answer.ok ? ((await answer.json()) as AppSignedOut).next : `${account.path}/`)
}

/** Downloads the PDF of a document with the session, and saves it. The address alone would be refused. @throws RestProblem */
export async function savePdf({ id, number }: ShownInvoice): Promise<void> {
  const { body } = await billing.getInvoicePdf({ params: { id } })
  const url = URL.createObjectURL(new Blob([body as Uint8Array<ArrayBuffer>], { type: 'application/pdf' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${number}.pdf`
  link.click()
  // the browser reads it after this turn
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
