import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type Interaction, type Provider } from 'oidc-provider'
import { IDENTITY_SCOPES, publishedScopes } from './configuration.ts'
import { readForm } from './form.ts'
import { html, type Markup } from './html.ts'
import { send } from './send-page.ts'
import { signIn, signInQuestion, type SignInSettings } from './sign-in.ts'
import { wordsOf } from './scope-words.ts'

/** The path under which interactions stand; oidc-provider's cookie of one is bound to it. */
export const INTERACTION_PATH = '/oauth2/interaction/'

/**
 * Serves the sign-in and consent pages. An interaction belongs to the browser that holds its signed cookie (`lax`, bound to
 * its path), and a form that another site sends is refused by its `Origin`.
 */
export async function serveInteraction(
  settings: SignInSettings & { readonly issuer: string },
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
      ? await signIn(settings, provider, { interaction, form, request, response })
      : await decideConsent(provider, interaction, form, request, response)
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error
    send(response, 400, 'This page has expired', html`<p>Go back to the program you came from and sign in again.</p>`)
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

async function question(provider: Provider, interaction: Interaction): Promise<[title: string, body: Markup]> {
  const { prompt, params } = interaction
  if (prompt.name === 'login') return signInQuestion(interaction)
  const client = await provider.Client.find(textOf(params['client_id']))
  const name = client?.clientName ?? client?.clientId ?? 'a program'
  const { missingOIDCScope = [], missingResourceScopes = {} } = prompt.details as MissingConsent
  const missing = new Set([...missingOIDCScope, ...Object.values(missingResourceScopes).flat()])
  // a native program is asked about each time (RFC 8252, section 8.6), also when it asks for nothing new
  const asked = textOf(params['scope']).split(' ')
  const scopes = missing.size > 0 ? [...missing] : publishedScopes().filter((scope) => asked.includes(scope))
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
