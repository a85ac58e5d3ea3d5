import type { IncomingMessage, ServerResponse } from 'node:http'
import { isAppError } from '@stoa/kernel'
import { errors, type Interaction, type Provider } from 'oidc-provider'
import { IDENTITY_SCOPES, PUBLISHED_SCOPES } from './configuration.ts'
import { readForm } from './form.ts'
import { html, page, pageHeaders, type Markup } from './html.ts'
import { wordsOf } from './scope-words.ts'
import { isStorable } from './storable.ts'

/** Checks an e-mail and a password; throws the refusals of user. */
export type VerifyPassword = (attempt: {
  readonly email: string
  readonly password: string
  readonly address: string
}) => Promise<{ readonly userId: string; readonly accountVersion: number }>

interface InteractionSettings {
  readonly issuer: string
  readonly verifyPassword: VerifyPassword
  /** The address that the request comes from. */
  readonly address: string
}

/** The path under which interactions stand; oidc-provider's cookie of one is bound to it. */
export const INTERACTION_PATH = '/oauth2/interaction/'

/**
 * Serves the sign-in and consent pages. An interaction belongs to the browser that holds its signed cookie (`lax`, bound to
 * its path), and a form that another site sends is refused by its `Origin`.
 */
export async function serveInteraction(
  settings: InteractionSettings,
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const interaction = await provider.interactionDetails(request, response)
    if (request.method === 'GET') return send(response, 200, ...(await question(provider, interaction)))
    if (request.method !== 'POST' || !isSameOrigin(request, settings.issuer)) return refuse(response, 403)
    const form = await readForm(request)
    if (form === undefined) return refuse(response, 413)
    return interaction.prompt.name === 'login'
      ? await signIn(settings, provider, interaction, form, request, response)
      : await decideConsent(provider, interaction, form, request, response)
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error
    send(response, 400, 'This page has expired', html`<p>Go back to the program you came from and sign in again.</p>`)
  }
}

async function signIn(
  settings: InteractionSettings,
  provider: Provider,
  interaction: Interaction,
  form: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const email = form.get('email') ?? ''
  const attempt = { email, password: form.get('password') ?? '', address: settings.address }
  const wrong = 'The e-mail address or the password is wrong.'
  // no account has an address or a password that cannot be stored, so none is asked for
  if (!isStorable(attempt)) return send(response, 401, 'Sign in', signInForm('', wrong))
  try {
    const { userId, accountVersion } = await settings.verifyPassword(attempt)
    // kept in the interaction: what follows is not saved when the account is changed before it is
    const result = { login: { accountId: userId, amr: ['pwd'] }, accountVersion }
    await provider.interactionFinished(request, response, result)
  } catch (error) {
    if (isAppError(error, 'user.credentials_wrong')) {
      return send(response, 401, 'Sign in', signInForm(email, wrong))
    }
    if (!isAppError(error, 'user.locked')) throw error
    send(
      response,
      429,
      'Sign in',
      signInForm(email, 'Too many wrong passwords. Wait 15 minutes, or use the link we sent.'),
    )
  }
}

async function decideConsent(
  provider: Provider,
  interaction: Interaction,
  form: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (form.get('decision') !== 'allow') {
    const denied = { error: 'access_denied', error_description: 'The owner of the account denied the request.' }
    return provider.interactionFinished(request, response, denied)
  }
  const { prompt, params, session } = interaction
  const known = interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId)
  const account = session?.accountId
  if (account === undefined) throw new errors.SessionNotFound('there is no signed-in account')
  const grant = known ?? new provider.Grant({ accountId: account, clientId: textOf(params['client_id']) })
  const { missingOIDCScope = [], missingOIDCClaims = [], missingResourceScopes = {} } = prompt.details as MissingConsent
  if (missingOIDCScope.length > 0) grant.addOIDCScope(missingOIDCScope.join(' '))
  if (missingOIDCClaims.length > 0) grant.addOIDCClaims([...missingOIDCClaims])
  for (const [resource, scopes] of Object.entries(missingResourceScopes)) {
    grant.addResourceScope(resource, scopes.join(' '))
    // everything that the account may do: to see who it is, too
    if (scopes.includes('stoa')) grant.addOIDCScope(IDENTITY_SCOPES.join(' '))
  }
  const grantId = await grant.save()
  await provider.interactionFinished(request, response, { consent: { grantId } })
}

interface MissingConsent {
  readonly missingOIDCScope?: readonly string[]
  readonly missingOIDCClaims?: readonly string[]
  readonly missingResourceScopes?: { readonly [resource: string]: readonly string[] }
}

async function question(provider: Provider, { prompt, params }: Interaction): Promise<[title: string, body: Markup]> {
  if (prompt.name === 'login') return ['Sign in', signInForm(textOf(params['login_hint']))]
  const client = await provider.Client.find(textOf(params['client_id']))
  const name = client?.clientName ?? client?.clientId ?? 'a program'
  const { missingOIDCScope = [], missingResourceScopes = {} } = prompt.details as MissingConsent
  const missing = new Set([...missingOIDCScope, ...Object.values(missingResourceScopes).flat()])
  // a native program is asked about each time (RFC 8252, section 8.6), also when it asks for nothing new
  const asked = textOf(params['scope']).split(' ')
  const scopes = missing.size > 0 ? [...missing] : PUBLISHED_SCOPES.filter((scope) => asked.includes(scope))
  return [
    `Allow ${name} to use your account?`,
    html`<p><strong>${name}</strong> asks for:</p>
      <ul>
        ${scopes.map((scope) => html`<li>${wordsOf(scope)}</li>`)}
      </ul>
      <form method="post">
        <button type="submit" name="decision" value="allow">Allow</button>
        <button type="submit" name="decision" value="deny">Don’t allow</button>
      </form>`,
  ]
}

function signInForm(email: string, complaint?: string): Markup {
  return html`${complaint === undefined ? html`` : html`<p role="alert" id="complaint">${complaint}</p>`}
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

function textOf(parameter: unknown): string {
  return typeof parameter === 'string' ? parameter : ''
}

function isSameOrigin(request: IncomingMessage, issuer: string): boolean {
  const { origin } = request.headers
  return origin === undefined || origin === new URL(issuer).origin
}

function refuse(response: ServerResponse, status: number): void {
  send(response, status, 'Something went wrong', html`<p>The form was not submitted from this page.</p>`)
}

function send(response: ServerResponse, status: number, title: string, body: Markup): void {
  response.writeHead(status, pageHeaders()).end(page(title, body))
}
