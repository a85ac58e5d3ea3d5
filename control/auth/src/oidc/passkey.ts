import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { html, type Markup } from './html.ts'

/** A challenge that a passkey answers, as user makes it for one sign-in. */
export interface PasskeyChallenge {
  readonly challenge: string
  readonly rpId: string
  readonly timeoutMs: number
}

/** Makes the challenge of a sign-in, in the place of the one before. */
export type BeginPasskey = (signIn: { readonly signInId: string }) => Promise<PasskeyChallenge>

/** Checks the answer of a passkey to the challenge of a sign-in; throws the refusals of user. */
export type VerifyPasskey = (attempt: {
  readonly signInId: string
  readonly credential: string
  readonly address: string
}) => Promise<{ readonly userId: string; readonly accountVersion: number }>

// what the browser has built in is enough; where it is missing, or the page has no domain, the button does not appear
const SCRIPT = `
const form = document.getElementById('passkey')
const isAddress = /^[0-9.]+$|^\\[/.test(location.hostname)
if (form && !isAddress && globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  form.hidden = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const [button, problem] = [form.querySelector('button'), form.querySelector('p')]
    button.disabled = true
    problem.hidden = true
    try {
      const answer = await fetch(location.href, { method: 'POST', body: new URLSearchParams({ passkey: 'begin' }) })
      if (!answer.ok) throw new Error(answer.statusText)
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await answer.json())
      const credential = await navigator.credentials.get({ publicKey })
      form.elements.credential.value = JSON.stringify(credential.toJSON())
      form.submit()
    } catch {
      problem.hidden = false
      button.disabled = false
    }
  })
}`

/** What the policy of the pages names, so that they run this script and no other. */
export const PASSKEY_SCRIPT_HASH = createHash('sha256').update(SCRIPT).digest('base64')

/** The button of the sign-in page; without a script, or without passkeys in the browser, there is none. */
export function passkeyForm(): Markup {
  // whole, as its hash stands in the policy and a formatter may not move a space in it
  const script: Markup = { text: `<script type="module">${SCRIPT}</script>` }
  return html`<form method="post" id="passkey" hidden>
      <input type="hidden" name="credential" />
      <button type="submit">Sign in with a passkey</button>
      <p role="alert" hidden>You were not signed in with a passkey. Try again, or use your password.</p>
    </form>
    ${script}`
}

/** Sends the options with which the browser asks for a passkey: whichever there is, so that they are the same for everybody. */
export function sendOptions(response: ServerResponse, { challenge, rpId, timeoutMs }: PasskeyChallenge): void {
  const options = { challenge, rpId, timeout: timeoutMs, allowCredentials: [], userVerification: 'required' }
  response.writeHead(200, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(JSON.stringify(options))
}
