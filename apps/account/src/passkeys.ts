import { RestProblem } from '@stoa/rest'
import { accountId, passkeys, type ShownAccount, type ShownPasskey } from './api.ts'
import { button, element } from './elements.ts'
import type { Words } from './words.ts'

interface Page {
  readonly language: string
  readonly words: Words
  /** Shows the list anew. */
  readonly reload: () => void
  /** Does something, and says where it fails. */
  readonly orSay: (work: () => Promise<void>) => Promise<void>
}

/** The passkeys of the account, with what adds, renames and removes one. */
export async function passkeyParts(page: Page): Promise<HTMLElement[]> {
  const { words } = page
  const id = await accountId()
  const { items } = (await passkeys.listPasskeys({ params: { id }, query: { limit: 100 } })).body
  const rows = items.map((each) => rowOf(page, id, each))
  const heads = [words.name, words.added, words.lastUsed, words.actions]
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...heads.map((text) => element('th', { scope: 'col' }, text)))),
    element('tbody', {}, ...rows),
  )
  return [
    element('h2', {}, words.passkeys),
    element('p', {}, words.aboutPasskeys),
    items.length === 0 ? element('p', {}, words.noPasskeys) : table,
    canMakePasskeys() ? additionForm(page, id) : element('p', {}, words.passkeysUnsupported),
  ]
}

/** Whether the browser makes passkeys on this page: never for IP addresses. */
function canMakePasskeys(): boolean {
  const isAddress = /^[0-9.]+$|^\[/.test(location.hostname)
  return !isAddress && 'PublicKeyCredential' in globalThis && 'parseCreationOptionsFromJSON' in PublicKeyCredential
}

function rowOf(
  page: Page,
  id: ShownAccount,
  { id: passkeyId, name, createdAt, lastUsedAt }: ShownPasskey,
): HTMLElement {
  const { words, orSay, reload } = page
  const params = { id, passkeyId }
  const dayOf = (at: string) => new Intl.DateTimeFormat(page.language, { dateStyle: 'medium' }).format(new Date(at))
  const rename = button(words.rename, async () => {
    const given = prompt(words.newName, name)?.trim()
    if (given === undefined || given === '') return
    await orSay(async () => {
      await passkeys.renamePasskey({ params, body: { name: given } })
      reload()
    })
  })
  const remove = button(words.remove, async () => {
    if (!confirm(words.removeOne.replace('{name}', name))) return
    await orSay(async () => {
      await passkeys.removePasskey({ params })
      reload()
    })
  })
  rename.setAttribute('aria-label', `${words.rename}: ${name}`)
  remove.setAttribute('aria-label', `${words.remove}: ${name}`)
  const used = lastUsedAt === undefined ? words.never : dayOf(lastUsedAt)
  const cells = [name, dayOf(createdAt), used].map((text) => element('td', {}, text))
  return element('tr', {}, ...cells, element('td', {}, rename, ' ', remove))
}

function additionForm(page: Page, id: ShownAccount): HTMLElement {
  const { words } = page
  const name = field('name', words.name, { type: 'text', maxlength: '100', required: '' })
  const password = field('password', words.password, {
    type: 'password',
    autocomplete: 'current-password',
    maxlength: '200',
    required: '',
  })
  const otp = field('otp', words.code, { type: 'text', autocomplete: 'one-time-code', maxlength: '40' })
  const submit = element('button', { type: 'submit' }, words.addPasskey)
  const form = element('form', {}, ...name.parts, ...password.parts, ...otp.parts, element('p', {}, submit))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit.disabled = true
    const proof = { password: password.input.value, ...(otp.input.value === '' ? {} : { otp: otp.input.value }) }
    void page
      .orSay(async () => {
        await addPasskey(id, name.input.value, proof)
        page.reload()
      })
      .finally(() => (submit.disabled = false))
  })
  return form
}

async function addPasskey(id: ShownAccount, name: string, proof: { password: string; otp?: string }): Promise<void> {
  const { body: options } = await passkeys.beginPasskey({ params: { id }, body: proof })
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
  const { id: credentialId, response } = made.toJSON() as RegistrationResponseJSON
  const { clientDataJSON, attestationObject, transports } = response
  const credential = { id: credentialId, response: { clientDataJSON, attestationObject, transports } }
  await passkeys.addPasskey({ params: { id }, body: { name, credential } })
}

/** The text for what a passkey could not be added for; undefined if it is none of these. */
export function passkeyProblem(error: unknown, words: Words): string | undefined {
  if (error instanceof DOMException) return words.passkeyNotMade
  if (!(error instanceof RestProblem)) return undefined
  const texts: Readonly<Record<string, string>> = {
    'user.credentials_wrong': words.passwordWrong,
    'user.otp_required': words.codeRequired,
    'user.otp_wrong': words.codeWrong,
    'user.otp_unexpected': words.codeUnexpected,
    'user.locked': words.locked,
    'user.passkey_limit': words.passkeyLimit,
  }
  return error.code === undefined ? undefined : texts[error.code]
}

function field(name: string, label: string, attributes: Readonly<Record<string, string>>) {
  const input = element('input', { id: name, name, ...attributes })
  return { input, parts: [element('label', { for: name }, label), input] }
}
