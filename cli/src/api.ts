import { demonstrationPassword, admin } from '@stoa/system/seed/accounts'
import { readJson, writeJson, type DataFolder } from '@stoa/supervisor/data-folder'
import { lastPorts } from '@stoa/supervisor/last-ports'
import { CommandFailed, UsageError } from './arguments.ts'

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
/** The remaining lifetime that a stored token needs to be used for a request. */
const spareMs = 60_000

/** Returns the address of a service of the system in this data folder. */
export async function addressOf(folder: DataFolder, service: string): Promise<string> {
  const port = (await lastPorts(folder)).get(service)
  if (port === undefined) {
    throw new CommandFailed(
      `no service ${service} has been started here: run "npm start", or list the services with "npm run stoa -- ps"`,
    )
  }
  return `http://127.0.0.1:${port}`
}

/** Requests JSON from a service or the gateway. @throws CommandFailed with the detail of the problem */
export async function askFor<Answer>(
  url: string,
  request: RequestInit = {},
  timeoutMs = usualTimeoutMs,
): Promise<Answer> {
  const read = async () => {
    const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) })
    return { ok: answer.ok, status: answer.status, text: await answer.text() }
  }
  const { ok, status, text } = await read().catch((error: unknown) => {
    const problem = `${new URL(url).host} does not answer (${reasonOf(error)}): see "npm run stoa -- ps"`
    throw new CommandFailed(problem, undefined, { isTemporary: true })
  })
  if (ok) return (text === '' ? undefined : JSON.parse(text)) as Answer
  throw refusalOf(status, text)
}

/** What an account signs in with: by default the password of the demonstration accounts, and no code. */
interface Shown {
  readonly password?: string | undefined
  readonly otp?: string | undefined
}

/** Signs in through the gateway, or returns a stored token that is valid for another `leftMs`. @throws CommandFailed */
export async function signIn(
  folder: DataFolder,
  email: string,
  { password, otp }: Shown = {},
  leftMs = spareMs,
): Promise<string> {
  const kept = await readKept(folder)
  const gateway = await addressOf(folder, 'gateway')
  // The address of the gateway is the issuer: a token from an earlier start on other ports is not valid.
  const name = `${email} ${gateway}`
  const known = kept[name]
  if (password === undefined && otp === undefined && known !== undefined && known.expiresAtMs > Date.now() + leftMs)
    return known.token
  const { accessToken, expiresIn } = await askFor<{ accessToken: string; expiresIn: number }>(
    `${gateway}/api/v1/users/authenticate`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: password ?? demonstrationPassword, otp }),
    },
  )
  await writeJson(folder.tokens, {
    ...kept,
    [name]: { token: accessToken, expiresAtMs: Date.now() + expiresIn * 1_000 },
  })
  return accessToken
}

let signingIn: Promise<string> | undefined

/** Signs in once: lists query many services concurrently, and one session is enough. */
export function adminToken(folder: DataFolder): Promise<string> {
  signingIn ??= signIn(folder, admin.email).finally(() => {
    signingIn = undefined
  })
  return signingIn
}

/** Deletes the stored tokens of the system in this data folder. */
export async function forgetTokens(folder: DataFolder): Promise<void> {
  await writeJson(folder.tokens, {})
}

async function readKept(folder: DataFolder): Promise<Record<string, Kept>> {
  return (await readJson<Record<string, Kept>>(folder.tokens)) ?? {}
}

function refusalOf(status: number, text: string): Error {
  const { detail, title, code } = problemIn(text)
  // An argument of the command is wrong.
  if (code === 'request.invalid') return new UsageError(detail ?? title)
  const isTemporary = status >= 500 || status === 429 || status === 408
  if (code === undefined) return new CommandFailed(`refused with status ${status}`, undefined, { isTemporary })
  return new CommandFailed(`${detail ?? title ?? 'refused'} (${status}, ${code})`, code, { isTemporary })
}

function problemIn(text: string): Problem {
  try {
    return JSON.parse(text) as Problem
  } catch {
    return {}
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  const { code } = (cause ?? {}) as { code?: string }
  return code ?? message
}
