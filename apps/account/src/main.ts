import { account } from '@stoa/contracts/gateway/apps'
import { RestProblem } from '@stoa/rest'
import { billing, savePdf, signInUrl, signOut, type ShownInvoice } from './api.ts'
import { button, element } from './elements.ts'
import { passkeyParts, passkeyProblem } from './passkeys.ts'
import { wordsFor } from './words.ts'
import './style.css'

const { language, words } = wordsFor(navigator.languages)
const found = document.querySelector('#app')
if (found === null) throw new Error('the page has no place for its content')
const place = found
const atOnce = 50

document.documentElement.lang = language
document.title = words.title
void show()

/** Shows the passkeys, the invoice of the address, or all of the account. */
async function show(): Promise<void> {
  const id = new RegExp(`^${account.path}/invoices/([0-9a-f-]{36})$`).exec(location.pathname)?.[1]
  try {
    if (location.pathname === `${account.path}/passkeys`) await showPasskeys()
    else if (id === undefined) await showAll()
    else showOne((await billing.getInvoice({ params: { id: id as ShownInvoice['id'] } })).body)
  } catch (error) {
    showFailure(error)
  }
}

async function showPasskeys(): Promise<void> {
  const parts = await passkeyParts({ language, words, orSay, reload: () => void show() })
  page(...parts, element('p', {}, element('a', { href: `${account.path}/` }, words.all)))
}

async function showAll(): Promise<void> {
  const { items, nextCursor } = (await billing.listInvoices({ query: { limit: atOnce } })).body
  const passkeys = element('p', {}, element('a', { href: `${account.path}/passkeys` }, words.toPasskeys))
  if (items.length === 0) return page(element('p', {}, words.none), passkeys)
  const rows = element('tbody', {}, ...items.map(rowOf))
  const heads = [words.number, words.order, words.issued, words.total, words.file]
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...heads.map(headOf))), rows)
  page(table, ...(nextCursor === undefined ? [] : [older(rows, nextCursor)]), passkeys)
}

/** A button that adds the documents before those of the table. */
function older(rows: HTMLElement, first: string): HTMLElement {
  let cursor: string | undefined = first
  const more = button(words.more, () =>
    orSay(async () => {
      const next = (await billing.listInvoices({ query: { limit: atOnce, ...(cursor && { cursor }) } })).body
      rows.append(...next.items.map(rowOf))
      cursor = next.nextCursor
      if (cursor === undefined) more.remove()
    }),
  )
  return more
}

function headOf(text: string): HTMLElement {
  return element('th', { scope: 'col', ...(text === words.total ? { class: 'number' } : {}) }, text)
}

function rowOf(invoice: ShownInvoice): HTMLElement {
  const { id, number, orderNumber } = invoice
  return element(
    'tr',
    {},
    element('td', {}, element('a', { href: `${account.path}/invoices/${id}` }, number)),
    element('td', {}, orderNumber),
    element('td', {}, dayOf(invoice)),
    element('td', { class: 'number' }, totalOf(invoice)),
    element('td', {}, download(invoice)),
  )
}

function showOne(invoice: ShownInvoice): void {
  const { kind, number, orderNumber } = invoice
  const facts = [
    [words.order, orderNumber],
    [words.issued, dayOf(invoice)],
    [words.total, totalOf(invoice)],
  ] as const
  page(
    element('h2', {}, `${words[kind]} ${number}`),
    element('ul', {}, ...facts.map(([name, value]) => element('li', {}, `${name}: ${value}`))),
    element('p', {}, download(invoice)),
    element('p', {}, element('a', { href: `${account.path}/` }, words.all)),
  )
}

function download(invoice: ShownInvoice): HTMLElement {
  const made = button(words.download, () => orSay(() => savePdf(invoice)))
  made.setAttribute('aria-label', `${words.download}: ${invoice.number}`)
  return made
}

function dayOf({ issuedAt }: ShownInvoice): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(issuedAt))
}

function totalOf({ total: { amount, currency } }: ShownInvoice): string {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency })
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

/** Shows a page of a signed-in account. */
function page(...content: readonly HTMLElement[]): void {
  const leave = button(words.signOut, () => orSay(signOut))
  place.replaceChildren(element('h1', {}, words.title), ...content, element('p', {}, leave))
}

async function orSay(work: () => Promise<void>): Promise<void> {
  try {
    place.querySelector('[role=alert]')?.remove()
    await work()
  } catch (error) {
    const text = passkeyProblem(error, words)
    if (text === undefined && error instanceof RestProblem && error.status === 401) return showFailure(error)
    place.append(element('p', { role: 'alert' }, text ?? words.failed))
  }
}

function showFailure(error: unknown): void {
  const status = error instanceof RestProblem ? error.status : 0
  // an account without the permission has no invoices either
  if (status === 403 || status === 404) return page(element('p', { role: 'alert' }, words.notFound))
  const isFailed = location.search.includes('sign-in=failed')
  const text = status !== 401 ? words.failed : isFailed ? words.notSignedIn : words.toRead
  const signIn = element('a', { class: 'button', href: signInUrl(location.pathname) }, words.signIn)
  place.replaceChildren(
    element('h1', {}, words.title),
    element('p', status === 401 ? {} : { role: 'alert' }, text),
    ...(status === 401 ? [signIn] : []),
  )
}
