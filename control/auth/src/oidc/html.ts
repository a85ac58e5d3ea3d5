import { createHash } from 'node:crypto'

/** Markup that is safe to send: made by `html` alone. */
export interface Markup {
  readonly text: string
}

/** Writes markup; every value is escaped unless it is markup itself. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | Markup | readonly Markup[])[]
): Markup {
  return { text: String.raw({ raw: strings }, ...values.map(toText)) }
}

function toText(value: string | Markup | readonly Markup[]): string {
  if (typeof value === 'string') return escape(value)
  return 'text' in value ? value.text : value.map(({ text }) => text).join('')
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { display: grid; place-items: center; min-height: 90vh; margin: 0; padding: 1rem }
main { width: min(24rem, 100%) }
label { display: block; margin: 1rem 0 .25rem }
input { box-sizing: border-box; width: 100%; padding: .6rem; font: inherit }
button { margin: 1rem .5rem 0 0; padding: .6rem 1.2rem; font: inherit; cursor: pointer }
[role=alert] { border-left: .25rem solid #c92a2a; padding-left: .75rem }
code { font-size: 1.5rem; letter-spacing: .1em }`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

// whole, as its hash stands in the policy and a formatter may not move a space in it
const STYLE_TAG: Markup = { text: `<style>${STYLE}</style>` }

/** The headers every page is sent with: nothing but its own style and script, never framed, never cached. */
export function pageHeaders(scriptHash?: string): Readonly<Record<string, string>> {
  const script = scriptHash === undefined ? '' : `script-src 'sha256-${scriptHash}'; connect-src 'self'; `
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // no form-action: the answer to a sign-in redirects to wherever the client has its page
    'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; ${script}base-uri 'none'; frame-ancestors 'none'`,
    // with no-referrer a browser sends its forms with `Origin: null`, which cannot be told from another site's (Fetch, 3.1)
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  }
}

/** A whole page. */
export function page(title: string, body: Markup): string {
  const whole = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Stoa</title>
        ${STYLE_TAG}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `
  return whole.text
}
