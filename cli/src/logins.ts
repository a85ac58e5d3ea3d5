import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readJson, writeJson } from '@stoa/supervisor/data-folder'
import { CommandFailed } from './arguments.ts'
import { makeFolder } from '@stoa/supervisor/make-folder'

const clientId = 'stoa-cli'
const timeoutMs = 15_000
// A token must not expire while a request uses it.
const spareMs = 60_000

interface Login {
  readonly accessToken: string
  readonly expiresAtMs: number
  readonly refreshToken?: string
}

interface Tokens {
  readonly access_token: string
  readonly expires_in: number
  readonly refresh_token?: string
}

interface Device {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly expires_in: number
  readonly interval?: number
}

interface Endpoints {
  readonly token_endpoint: string
  readonly device_authorization_endpoint: string
  readonly revocation_endpoint: string
}

/** Returns the path in the home folder of the user: a login belongs to no data folder. */
function loginsFile(): string {
  return join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'stoa', 'logins.json')
}

/** Returns the stored token of `stoa login`, and renews it shortly before it expires. @throws CommandFailed before a sign-in */
export async function remoteToken(url: string): Promise<string> {
  const login = (await readLogins())[url]
  const signInFirst = `sign in first: "stoa login --url ${url}", or set STOA_TOKEN`
  if (login === undefined) throw new CommandFailed(signInFirst)
  if (login.expiresAtMs > Date.now() + spareMs) return login.accessToken
  if (login.refreshToken === undefined) throw new CommandFailed(`the sign-in has expired; ${signInFirst}`)
  const { token_endpoint: endpoint } = await endpointsOf(url)
  const renewed = await ask<Tokens>(endpoint, { grant_type: 'refresh_token', refresh_token: login.refreshToken })
  if ('error' in renewed) {
    await keep(url, undefined)
    throw new CommandFailed(`the sign-in has expired (${renewed.error}); ${signInFirst}`)
  }
  return (await keepTokens(url, renewed)).accessToken
}

/**
 * Signs a person in by the device grant (RFC 8628): `show` says where to enter which code, then it waits until the person
 * has decided. @throws CommandFailed
 */
export async function logIn(url: string, show: (address: string, code: string) => void): Promise<void> {
  const endpoints = await endpointsOf(url)
  const device = await ask<Device>(endpoints.device_authorization_endpoint, { scope: 'stoa' })
  if ('error' in device) throw new CommandFailed(`${url} does not let this command sign in: ${device.error}`)
  show(device.verification_uri, device.user_code)
  let intervalMs = (device.interval ?? 5) * 1_000
  const endsAtMs = Date.now() + device.expires_in * 1_000
  while (Date.now() < endsAtMs) {
    await delay(intervalMs)
    const answer = await ask<Tokens>(endpoints.token_endpoint, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: device.device_code,
    })
    if (!('error' in answer)) {
      await keepTokens(url, answer)
      return
    }
    if (answer.error === 'slow_down') intervalMs += 5_000
    else if (answer.error === 'access_denied') throw new CommandFailed('the sign-in was denied')
    else if (answer.error !== 'authorization_pending') break
  }
  throw new CommandFailed('the code has expired: run "stoa login" again')
}

/** Ends the session at the system and deletes its tokens here. Returns false if there was no sign-in. */
export async function logOut(url: string): Promise<boolean> {
  const login = (await readLogins())[url]
  if (login === undefined) return false
  await keep(url, undefined)
  const { revocation_endpoint: endpoint } = await endpointsOf(url)
  await ask(endpoint, { token: login.refreshToken ?? login.accessToken })
  return true
}

async function endpointsOf(url: string): Promise<Endpoints> {
  const answer = await send(`${url}/.well-known/openid-configuration`)
  if (!answer.ok)
    throw new CommandFailed(`${url} is not a Stoa system: it has no OpenID configuration (${answer.status})`)
  return (await answer.json()) as Endpoints
}

async function ask<Answer>(
  endpoint: string,
  fields: Readonly<Record<string, string>>,
): Promise<Answer | { readonly error: string }> {
  const answer = await send(endpoint, { method: 'POST', body: new URLSearchParams({ client_id: clientId, ...fields }) })
  const text = await answer.text()
  try {
    const body = JSON.parse(text === '' ? '{}' : text) as Answer & { readonly error?: string }
    if (answer.ok) return body
    if (typeof body.error === 'string') return { error: body.error }
  } catch {
    // not JSON: reported below
  }
  throw new CommandFailed(`${new URL(endpoint).host} returned ${answer.status} to a sign-in`)
}

async function send(url: string, request: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...request, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
  } catch (error) {
    const { cause, message } = error as Error
    const { code } = (cause ?? {}) as { code?: string }
    throw new CommandFailed(`${new URL(url).host} does not answer (${code ?? message})`)
  }
}

async function keepTokens(url: string, tokens: Tokens): Promise<Login> {
  const { access_token: accessToken, expires_in: expiresIn, refresh_token: refreshToken } = tokens
  const expiresAtMs = Date.now() + expiresIn * 1_000
  const login = { accessToken, expiresAtMs, ...(refreshToken === undefined ? {} : { refreshToken }) }
  await keep(url, login)
  return login
}

async function readLogins(): Promise<Record<string, Login>> {
  return (await readJson<Record<string, Login>>(loginsFile())) ?? {}
}

async function keep(url: string, login: Login | undefined): Promise<void> {
  const { [url]: _former, ...others } = await readLogins()
  const file = loginsFile()
  await makeFolder(dirname(file), 0o700)
  await writeJson(file, login === undefined ? others : { ...others, [url]: login })
}
