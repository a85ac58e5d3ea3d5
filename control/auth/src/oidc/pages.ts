import type { Client, ErrorOut, KoaContextWithOIDC, UnknownObject } from 'oidc-provider'
import { html, page, pageHeaders, type Markup } from './html.ts'

/** The pages that a person sees on the way through oidc-provider, besides signing in. */
export const pages = { error, userCodeInput, userCodeConfirm, deviceDone, logout, loggedOut }

function send(ctx: KoaContextWithOIDC, title: string, body: Markup): void {
  ctx.set(pageHeaders())
  ctx.body = page(title, body)
}

/** The token that the form must carry, kept in the browser's session. */
function xsrfField(ctx: KoaContextWithOIDC): Markup {
  const { secret } = (ctx.oidc.session?.state ?? {}) as { readonly secret?: string }
  return html`<input type="hidden" name="xsrf" value="${secret ?? ''}" />`
}

function error(ctx: KoaContextWithOIDC, out: ErrorOut): void {
  send(
    ctx,
    'Something went wrong',
    html`<p role="alert">${out.error_description ?? out.error}</p>
      <p>Go back to the program you came from and try again.</p>`,
  )
}

function userCodeInput(ctx: KoaContextWithOIDC, _form: string, _out?: ErrorOut, problem?: Error): void {
  const complaint =
    problem === undefined ? html`` : html`<p role="alert">The code is wrong, was already used, or has expired.</p>`
  send(
    ctx,
    'Connect a device',
    html`${complaint}
      <form method="post" action="${ctx.oidc.urlFor('code_verification')}">
        ${xsrfField(ctx)}
        <label for="user_code">The code that your device shows</label>
        <input
          id="user_code"
          name="user_code"
          type="text"
          autocomplete="off"
          autocapitalize="characters"
          required
          autofocus
        />
        <button type="submit">Continue</button>
      </form>`,
  )
}

function userCodeConfirm(
  ctx: KoaContextWithOIDC,
  _form: string,
  client: Client,
  _device: UnknownObject,
  userCode: string,
): void {
  send(
    ctx,
    'Is this your device?',
    html`<p><strong>${client.clientName ?? client.clientId}</strong> shows this code:</p>
      <p><code>${userCode}</code></p>
      <p>If you did not start this, or the code is another, cancel.</p>
      <form method="post" action="${ctx.oidc.urlFor('code_verification')}">
        ${xsrfField(ctx)}
        <input type="hidden" name="user_code" value="${userCode}" />
        <button type="submit" name="confirm" value="yes">Yes, continue</button>
        <button type="submit" name="abort" value="yes">Cancel</button>
      </form>`,
  )
}

function deviceDone(ctx: KoaContextWithOIDC): void {
  send(ctx, 'Your device is connected', html`<p>You can close this page.</p>`)
}

function logout(ctx: KoaContextWithOIDC): void {
  send(
    ctx,
    'Sign out?',
    html`<form method="post" action="${ctx.oidc.urlFor('end_session_confirm')}">
      ${xsrfField(ctx)} <button type="submit" name="logout" value="yes">Sign out</button
      ><button type="submit">Stay signed in</button>
    </form>`,
  )
}

function loggedOut(ctx: KoaContextWithOIDC): void {
  send(ctx, 'You are signed out', html`<p>You can close this page.</p>`)
}
