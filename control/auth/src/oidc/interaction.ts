import type { IncomingMessage, ServerResponse } from 'node:http'
import { isAppError } from '@stoa/kernel'
import { errors, type Interaction, type Provider } from 'oidc-provider'
import { html, page, pageHeaders, type Markup } from './html.ts'

/** Checks an e-mail and a password; throws the refusals of user. */
export type VerifyPassword = (attempt: {
  readonly email: string
  readonly password: string
  readonly address: string
}) => Promise<string>

interface InteractionSettings {
  readonly issuer: string
  readonly verifyPassword: VerifyPassword
}

const MAX_FORM_BYTES = 16 * 1024

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
  const attempt = { email, password: form.get('password') ?? '', address: addressOf(request) }
  try {
    const accountId = await settings.verifyPassword(attempt)
    await provider.interactionFinished(request, response, { login: { accountId, amr: ['pwd'] } })
  } catch (error) {
    if (isAppError(error, 'user.credentials_wrong')) {
      return send(response, 401, 'Sign in', signInForm(email, 'The e-mail address or the password is wrong.'))
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
    const denied = { error: 'access_denied', error_description: 'The account’s owner said no.' }
    return provider.interactionFinished(request, response, denied)
  }
  const { prompt, params, session } = interaction
  const known = interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId)
  const account = session?.accountId
  if (account === undefined) throw new errors.SessionNotFound('nobody is signed in')
  const grant = known ?? new provider.Grant({ accountId: account, clientId: textOf(params['client_id']) })
  const { missingOIDCScope = [], missingOIDCClaims = [], missingResourceScopes = {} } = prompt.details as MissingConsent
  if (missingOIDCScope.length > 0) grant.addOIDCScope(missingOIDCScope.join(' '))
  if (missingOIDCClaims.length > 0) grant.addOIDCClaims([...missingOIDCClaims])
  for (const [resource, scopes] of Object.entries(missingResourceScopes))
    grant.addResourceScope(resource, scopes.join(' '))
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
  const { missingOIDCScope = [], missingResourceScopes = {} } = prompt.details as MissingConsent
  const scopes = [...missingOIDCScope, ...Object.values(missingResourceScopes).flat()]
  return [
    'May it act for you?',
    html`<p><strong>${client?.clientName ?? client?.clientId ?? 'A program'}</strong> asks for:</p>
      <ul>
        ${scopes.map((scope) => html`<li>${scope === 'stoa' ? 'everything that you may do' : scope}</li>`)}
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

function addressOf(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for']
  const first = (Array.isArray(forwarded) ? forwarded.join() : forwarded)?.split(',')[0]?.trim()
  return first === undefined || first === '' ? (request.socket.remoteAddress ?? '') : first
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > MAX_FORM_BYTES) return undefined
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString())
}

function refuse(response: ServerResponse, status: number): void {
  send(response, status, 'That did not work', html`<p>The form was not sent by this page.</p>`)
}

function send(response: ServerResponse, status: number, title: string, body: Markup): void {
  response.writeHead(status, pageHeaders()).end(page(title, body))
}
