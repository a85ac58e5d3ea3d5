import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { accessTable } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { staticResolver } from '@stoa/discovery'
import { platformError } from '@stoa/kernel'
import type { BulkheadSnapshot } from '@stoa/resilience'
import type { Claims } from '@stoa/security'
import { config } from '../src/config.ts'
import { startGateway } from '../src/start-gateway.ts'
import { claimsOf, testVerifier } from './test-verifier.ts'
import { upstreamServer, type UpstreamServer } from './upstream-server.ts'

/** A gateway before one server that stands for every service. */
export interface GatewayUnderTest {
  readonly url: string
  readonly adminUrl: string
  readonly upstream: UpstreamServer
  /** How full the bulkheads are, with that of the streams. */
  readonly bulkheads: () => Promise<BulkheadSnapshot[]>
  /** A connection to the gateway that has sent this. */
  readonly open: (text: string) => Promise<Socket>
  /** All that comes until the gateway closes the connection. */
  readonly raw: (text: string) => Promise<string>
  readonly stop: () => Promise<void>
}

/** Who the tokens belong to: a token is the name of its role, then anything. */
function claimsOfToken(token: string): Claims {
  const [role = '', name = role] = token.split('-')
  if (!Object.hasOwn(accessTable.roles, role)) throw platformError('auth.token_invalid', 'no token')
  return claimsOf(name, [role])
}

/**
 * Starts one. A bearer token is a role and a name, `customer-ada`; that of `customer-slow` takes a moment to verify.
 */
export async function gatewayUnderTest(
  settings: Record<string, string> = {},
  addresses: Readonly<Record<string, string[]>> = {},
): Promise<GatewayUnderTest> {
  const upstream = await upstreamServer()
  const gateway = await startGateway({
    config: config.parse({
      PORT: '0',
      ADMIN_PORT: '0',
      LOG_LEVEL: 'silent',
      TRACE_SAMPLE_RATIO: '0',
      RATE_LIMIT_SCALE: '10000',
      AUTH_URL: `http://127.0.0.1:${upstream.port}`,
      ...settings,
    }),
    services: catalogue,
    access: accessTable,
    resolver: staticResolver({
      ...Object.fromEntries(catalogue.map(({ name }) => [name, [`127.0.0.1:${upstream.port}`]])),
      ...addresses,
    }),
    verifier: testVerifier(async (token) => {
      await delay(token.endsWith('-slow') ? 20 : 0)
      return claimsOfToken(token)
    }),
  })
  const adminUrl = `http://127.0.0.1:${gateway.adminPort}`
  const open = (text: string) =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect(gateway.port, '127.0.0.1', () => socket.write(text, 'latin1', () => resolve(socket)))
      socket.once('error', reject)
      socket.on('error', () => {})
    })
  return {
    url: `http://127.0.0.1:${gateway.port}`,
    adminUrl,
    upstream,
    open,
    async bulkheads() {
      const answer = await fetch(`${adminUrl}/admin/upstreams`, { headers: { authorization: 'Bearer admin' } })
      const { items, streams } = (await answer.json()) as {
        items: { slots: BulkheadSnapshot }[]
        streams: BulkheadSnapshot
      }
      return [...items.map(({ slots }) => slots), streams]
    },
    async raw(text) {
      const socket = await open(text)
      let answer = ''
      socket.on('data', (data) => (answer += data.toString('latin1')))
      await new Promise((resolve) => socket.once('close', resolve))
      return answer
    },
    async stop() {
      await gateway.stop()
      await upstream.stop()
    },
  }
}
