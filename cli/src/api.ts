import { demonstrationPassword, admin } from '@stoa/system/seed/accounts'
import { readJson, writeJson, type DataFolder } from '@stoa/system/supervisor/data-folder'
import { lastPorts } from '@stoa/system/supervisor/last-ports'
import { CommandFailed } from './arguments.ts'

interface Problem {
  readonly detail?: string
  readonly title?: string
  readonly code?: string
}

interface Kept {
  readonly token: string
  readonly expiresAtMs: number
}

const usualTimeoutMs = 15_000
// A token that ends while it is being used helps nobody.
const spareMs = 60_000

/** Where a service of the system on this folder is reached. */
export async function addressOf(folder: DataFolder, service: string): Promise<string> {
  const port = (await lastPorts(folder)).get(service)
  if (port === undefined) {
    throw new CommandFailed(
      `no service ${service} has been started here: start with "npm start", see "npm run stoa -- ps"`,
    )
  }
  return `http://127.0.0.1:${port}`
}

/** Asks a service or the gateway for JSON. @throws CommandFailed with the problem's own words */
export async function askFor<Answer>(
  url: string,
  request: RequestInit = {},
  timeoutMs = usualTimeoutMs,
): Promise<Answer> {
  const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
    throw new CommandFailed(`${new URL(url).host} does not answer (${reasonOf(error)}): see "npm run stoa -- ps"`)
  })
  const text = await answer.text()
  if (answer.ok) return (text === '' ? undefined : JSON.parse(text)) as Answer
  throw refusalOf(answer.status, text)
}

/** Signs in through the gateway. @throws CommandFailed */
export async function signIn(folder: DataFolder, email: string, password?: string): Promise<string> {
  const kept = await readKept(folder)
  const gateway = await addressOf(folder, 'gateway')
  // The gateway's address is the issuer: a token of another start on other ports is worth nothing.
  const name = `${email} ${gateway}`
  const known = kept[name]
  if (password === undefined && known !== undefined && known.expiresAtMs > Date.now() + spareMs) return known.token
  const { accessToken, expiresIn } = await askFor<{ accessToken: string; expiresIn: number }>(
    `${gateway}/api/v1/users/authenticate`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: password ?? demonstrationPassword }),
    },
  )
  await writeJson(folder.tokens, {
    ...kept,
    [name]: { token: accessToken, expiresAtMs: Date.now() + expiresIn * 1_000 },
  })
  return accessToken
}

let signingIn: Promise<string> | undefined

/** Lists ask many services at once, and one session is enough for them. */
function adminToken(folder: DataFolder): Promise<string> {
  signingIn ??= signIn(folder, admin.email).finally(() => {
    signingIn = undefined
  })
  return signingIn
}

/** Asks as whoever runs the system; signs in anew when the kept token was withdrawn. @throws CommandFailed */
export async function askAsAdmin<Answer>(
  folder: DataFolder,
  url: string,
  {
    headers,
    ...request
  }: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {},
  timeoutMs = usualTimeoutMs,
): Promise<Answer> {
  const ask = async () => {
    const authorization = `Bearer ${await adminToken(folder)}`
    return askFor<Answer>(url, { ...request, headers: { ...headers, authorization } }, timeoutMs)
  }
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.code !== 'auth.token_invalid') throw error
    await writeJson(folder.tokens, {})
    return ask()
  }
}

async function readKept(folder: DataFolder): Promise<Record<string, Kept>> {
  return (await readJson<Record<string, Kept>>(folder.tokens)) ?? {}
}

function refusalOf(status: number, text: string): CommandFailed {
  try {
    const { detail, title, code } = JSON.parse(text) as Problem
    return new CommandFailed(`${detail ?? title ?? 'refused'} (${[status, code].filter(Boolean).join(', ')})`, code)
  } catch {
    return new CommandFailed(`refused with status ${status}`)
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  const { code } = (cause ?? {}) as { code?: string }
  return code ?? message
}
