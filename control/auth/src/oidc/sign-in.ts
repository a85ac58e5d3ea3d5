import type { IncomingMessage, ServerResponse } from 'node:http'
import { isAppError } from '@stoa/kernel'
import type { Interaction, InteractionResults, Provider } from 'oidc-provider'
import { html, type Markup } from './html.ts'
import { passkeyForm, sendOptions, type BeginPasskey, type VerifyPasskey } from './passkey.ts'
import { send } from './send-page.ts'
import { isStorable } from './storable.ts'

/** An account whose password was right, at this version. */
interface ProvenPassword {
  readonly userId: string
  readonly accountVersion: number
}

/** Checks an e-mail and a password; throws the refusals of user. */
export type VerifyPassword = (attempt: {
  readonly email: string
  readonly password: string
  readonly address: string
}) => Promise<ProvenPassword & { readonly codeRequired: boolean }>

/** Checks the code of a second factor after the password; throws the refusals of user. */
export type VerifyCode = (attempt: ProvenPassword & { readonly otp: string; readonly address: string }) => Promise<void>

export interface SignInSettings {
  readonly verifyPassword: VerifyPassword
  readonly verifyCode: VerifyCode
  readonly beginPasskey: BeginPasskey
  readonly verifyPasskey: VerifyPasskey
  /** The address that the request comes from. */
  readonly address: string
}

/** A form that was posted to the sign-in page. */
interface Posted {
  readonly interaction: Interaction
  readonly form: URLSearchParams
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

const codeWithinMs = 10 * 60_000
const title = 'Sign in'
const codeTitle = 'Enter your code'
const wrong = 'The e-mail address or the password is wrong.'
const locked = 'Too many wrong passwords or codes. Wait 15 minutes, or use the link we sent.'

/** What the sign-in page asks for next: e-mail and password, or the code after them. */
export function signInQuestion(interaction: Interaction): [title: string, body: Markup] {
  if (passwordProof(interaction) !== undefined) return [codeTitle, codeForm()]
  const hint = interaction.params['login_hint']
  return [title, signInForm(typeof hint === 'string' ? hint : '')]
}

/** Takes the form of the sign-in page: a passkey, or first the password, then the code of an account with a second factor. */
export async function signIn(settings: SignInSettings, provider: Provider, posted: Posted): Promise<void> {
  const { interaction, form, response } = posted
  if (form.has('passkey')) return sendOptions(response, await settings.beginPasskey({ signInId: interaction.uid }))
  if (form.has('credential')) return takePasskey(settings, provider, posted)
  if (form.has('restart')) {
    await keepProof(interaction, undefined)
    return send(response, 200, title, signInForm(''))
  }
  const proof = passwordProof(interaction)
  if (proof !== undefined) return takeCode(settings, provider, posted, proof)
  // the password was too long ago, and the form has none
  if (form.has('otp')) return send(response, 401, title, signInForm('', 'Please enter your password again.'))
  return takePassword(settings, provider, posted)
}

async function takePassword(settings: SignInSettings, provider: Provider, posted: Posted): Promise<void> {
  const { interaction, form, response } = posted
  const email = form.get('email') ?? ''
  const attempt = { email, password: form.get('password') ?? '', address: settings.address }
  // no account has an address or a password that cannot be stored, so none is asked for
  if (!isStorable(attempt)) return send(response, 401, title, signInForm('', wrong))
  try {
    const { codeRequired, ...proven } = await settings.verifyPassword(attempt)
    if (!codeRequired) return await finish(provider, posted, proven, ['pwd'])
    await keepProof(interaction, proven)
    send(response, 200, codeTitle, codeForm())
  } catch (error) {
    if (isAppError(error, 'user.credentials_wrong')) return send(response, 401, title, signInForm(email, wrong))
    if (!isAppError(error, 'user.locked')) throw error
    send(response, 429, title, signInForm(email, locked))
  }
}

/** A passkey is both factors: the device has verified its owner. */
async function takePasskey(settings: SignInSettings, provider: Provider, posted: Posted): Promise<void> {
  const { interaction, form, response } = posted
  const attempt = { signInId: interaction.uid, credential: form.get('credential') ?? '', address: settings.address }
  const isWrong = 'The passkey was not accepted. Try again, or use your password.'
  if (!isStorable(attempt)) return send(response, 401, title, signInForm('', isWrong))
  try {
    await finish(provider, posted, await settings.verifyPasskey(attempt), ['pop', 'mfa'])
  } catch (error) {
    if (isAppError(error, 'user.passkey_wrong')) return send(response, 401, title, signInForm('', isWrong))
    if (!isAppError(error, 'user.locked')) throw error
    send(response, 429, title, signInForm('', locked))
  }
}

async function takeCode(
  settings: SignInSettings,
  provider: Provider,
  posted: Posted,
  proven: ProvenPassword,
): Promise<void> {
  const { interaction, form, response } = posted
  const attempt = { ...proven, otp: form.get('otp') ?? '', address: settings.address }
  const isWrong = 'The code is wrong or was used. Wait for the next one, or use a recovery code.'
  if (!isStorable(attempt)) return send(response, 401, codeTitle, codeForm(isWrong))
  try {
    await settings.verifyCode(attempt)
    await finish(provider, posted, proven, ['pwd', 'otp', 'mfa'])
  } catch (error) {
    if (isAppError(error, 'user.otp_wrong')) return send(response, 401, codeTitle, codeForm(isWrong))
    if (isAppError(error, 'user.credentials_wrong')) {
      await keepProof(interaction, undefined)
      return send(response, 401, title, signInForm('', 'Your account was changed. Please sign in again.'))
    }
    if (!isAppError(error, 'user.locked')) throw error
    send(response, 429, codeTitle, codeForm(locked))
  }
}

/** The methods are those of RFC 8176. */
function finish(
  provider: Provider,
  { request, response }: Posted,
  { userId, accountVersion }: ProvenPassword,
  amr: string[],
): Promise<void> {
  // kept in the interaction: what follows is not saved when the account is changed before it is
  const result: InteractionResults = { login: { accountId: userId, amr }, accountVersion }
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

/** The account whose password this browser has shown in this sign-in, for ten minutes. */
function passwordProof({ lastSubmission }: Interaction): ProvenPassword | undefined {
  const proof = lastSubmission?.['passwordProof'] as (ProvenPassword & { readonly atMs: number }) | undefined
  if (proof === undefined || Date.now() - proof.atMs > codeWithinMs) return undefined
  return { userId: proof.userId, accountVersion: proof.accountVersion }
}

async function keepProof(interaction: Interaction, proven: ProvenPassword | undefined): Promise<void> {
  interaction.lastSubmission = proven === undefined ? {} : { passwordProof: { ...proven, atMs: Date.now() } }
  await interaction.save(Math.max(1, interaction.exp - Math.floor(Date.now() / 1_000)))
}

function complaintOf(text: string | undefined): Markup {
  return text === undefined ? html`` : html`<p role="alert" id="complaint">${text}</p>`
}

function signInForm(email: string, complaint?: string): Markup {
  return html`${complaintOf(complaint)} ${passkeyForm()}
    <form method="post">
      <label for="email">E-mail address</label>
      <input
        id="email"
        name="email"
        type="email"
        autocomplete="username"
        value="${email}"
        maxlength="254"
        required
        autofocus
      />
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" maxlength="200" required />
      <button type="submit">Sign in</button>
    </form>`
}

function codeForm(complaint?: string): Markup {
  return html`${complaintOf(complaint)}
    <form method="post">
      <label for="otp">The code that your authenticator app shows, or a recovery code</label>
      <input
        id="otp"
        name="otp"
        type="text"
        inputmode="text"
        autocomplete="one-time-code"
        autocapitalize="characters"
        spellcheck="false"
        maxlength="40"
        required
        autofocus
      />
      <button type="submit">Continue</button>
    </form>
    <form method="post"><button type="submit" name="restart" value="yes">Use another account</button></form>`
}
