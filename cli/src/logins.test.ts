import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { logIn, logOut, remoteToken } from './logins.ts'

/** What an authorization server answers next at its token endpoint. */
let answers: { status: number; body: object }[]
let asked: { path: string; fields: Record<string, string> }[]
let server: Server
let url: string
let folder: string
const before = process.env['XDG_CONFIG_HOME']

beforeEach(async () => {
  ;[answers, asked] = [[], []]
  folder = await mkdtemp(join(tmpdir(), 'stoa-logins-'))
  process.env['XDG_CONFIG_HOME'] = folder
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const path = request.url ?? ''
      const send = (status: number, answer: object) => response.writeHead(status).end(JSON.stringify(answer))
      if (path.startsWith('/.well-known/')) {
        return send(200, {
          token_endpoint: `${url}/token`,
          device_authorization_endpoint: `${url}/device`,
          revocation_endpoint: `${url}/revoke`,
        })
      }
      asked.push({ path, fields: Object.fromEntries(new URLSearchParams(body)) })
      if (path === '/revoke') return response.writeHead(200).end()
      if (path === '/device') {
        const device = { device_code: 'd', user_code: 'ABCD', verification_uri: `${url}/enter`, expires_in: 60 }
        return send(200, { ...device, interval: 0 })
      }
      const { status, body: answer } = answers.shift() ?? { status: 400, body: { error: 'expired_token' } }
      return send(status, answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  if (before === undefined) delete process.env['XDG_CONFIG_HOME']
  else process.env['XDG_CONFIG_HOME'] = before
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})

const pending = { status: 400, body: { error: 'authorization_pending' } }
const tokens = (access_token: string, expires_in: number, refresh_token = `${access_token}-refresh`) => ({
  status: 200,
  body: { access_token, expires_in, refresh_token },
})

test('a person enters the code, and the token is kept for that system alone, readable by nobody else', async () => {
  answers = [pending, pending, tokens('first', 900)]
  const shown: string[] = []
  await logIn(url, (address, code) => shown.push(address, code))
  expect(shown).toEqual([`${url}/enter`, 'ABCD'])
  expect(await remoteToken(url)).toBe('first')
  await expect(remoteToken('http://127.0.0.1:9')).rejects.toThrow('stoa login --url http://127.0.0.1:9')
  expect((await stat(join(folder, 'stoa/logins.json'))).mode & 0o077).toBe(0)
  expect(asked.every(({ fields }) => fields['client_id'] === 'stoa-cli')).toBe(true)
})

test('a token that is about to end is renewed by the refresh token, which is replaced', async () => {
  answers = [tokens('first', 10), tokens('second', 900)]
  await logIn(url, () => {})
  expect(await remoteToken(url)).toBe('second')
  expect(asked.at(-1)?.fields).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'first-refresh' })
  expect(await readFile(join(folder, 'stoa/logins.json'), 'utf8')).toContain('second-refresh')
})

test('a sign-in that has ended at the system requires a new one', async () => {
  answers = [tokens('first', 10), { status: 400, body: { error: 'invalid_grant' } }]
  await logIn(url, () => {})
  await expect(remoteToken(url)).rejects.toThrow('the sign-in has expired (invalid_grant); sign in first')
})

test('a denied sign-in and an expired code have different messages', async () => {
  answers = [{ status: 400, body: { error: 'access_denied' } }]
  await expect(logIn(url, () => {})).rejects.toThrow('denied')
  await expect(logIn(url, () => {})).rejects.toThrow('has expired')
})

test('a sign-out ends the session at the system and is forgotten', async () => {
  answers = [tokens('first', 900)]
  await logIn(url, () => {})
  expect(await logOut(url)).toBe(true)
  expect(asked.at(-1)).toEqual({ path: '/revoke', fields: { client_id: 'stoa-cli', token: 'first-refresh' } })
  await expect(remoteToken(url)).rejects.toThrow('sign in first')
  expect(await logOut(url)).toBe(false)
})
