import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Service } from '@stoa/contract'
import { staticResolver } from '@stoa/discovery'
import { startGateway } from '@stoa/gateway'
import { config } from '@stoa/gateway/config'
import { systemClock } from '@stoa/kernel'
import { createTokenVerifier } from '@stoa/security'
import { access } from '../access.ts'

/** A gateway with a traffic file. */
export interface ExampleGateway {
  readonly url: string
  /** Writes the traffic file, and waits until its rules apply. */
  readonly apply: (rules: readonly object[]) => Promise<void>
  readonly stop: () => Promise<void>
}

interface Options {
  readonly service: Service
  readonly port: number
  readonly legacyUrl: string
}

/** Starts a gateway before one service and a legacy application. Nothing here has tokens, so it has no keys to verify any. */
export async function startExampleGateway({ service, port, legacyUrl }: Options): Promise<ExampleGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-strangler-'))
  const file = join(folder, 'traffic.json')
  const write = (rules: readonly object[]) => writeFile(file, JSON.stringify({ format: 1, rules }))
  let onChange = (): void => {}
  await write([])
  const gateway = await startGateway({
    config: config.parse({
      PORT: '0',
      ADMIN_PORT: '0',
      RATE_LIMIT_SCALE: '1000',
      TRACE_SAMPLE_RATIO: '0',
      // so that each request of main.ts is of a client of its own
      TRUSTED_PROXIES: '127.0.0.1',
      TRAFFIC_FILE: file,
      LEGACY_UPSTREAMS: `guestbook=${legacyUrl}`,
    }),
    services: [service],
    access,
    resolver: staticResolver({ [service.name]: [`127.0.0.1:${port}`] }),
    verifier: createTokenVerifier({
      issuer: 'http://127.0.0.1:8080',
      audience: 'stoa',
      loadKeys: async () => ({ keys: [] }),
      clock: systemClock,
    }),
    logDestination: {
      write: (line) => void (line.includes('the traffic rules have changed') && onChange()),
      flush: () => true,
      close: () => {},
    },
  })
  return {
    url: `http://127.0.0.1:${gateway.port}`,
    async apply(rules) {
      const { promise: applied, resolve } = Promise.withResolvers<void>()
      onChange = resolve
      await write(rules)
      await applied
    },
    async stop() {
      await gateway.stop()
      await rm(folder, { recursive: true })
    },
  }
}
