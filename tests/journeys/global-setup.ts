import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { freePort } from '@stoa/supervisor/free-port'
import { secretKey, webhookSecret } from '../../services/payment/tests/stripe/double.ts'
import { bringUp, type WholeSystem } from '../whole-system.ts'

/** A whole system that journeys go through. */
export type JourneySystem = Pick<WholeSystem, 'home' | 'gatewayUrl' | 'serviceUrls' | 'clientSecrets'> & {
  /** Where payment expects Stripe; the journey that needs it starts a double there. */
  readonly stripePort: number
}

type StartedSystem = WholeSystem & Pick<JourneySystem, 'stripePort'>

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where a worker asks for its system. */
    systemsUrl: string
  }
}

/** Gives each worker that asks a whole system of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const systems = new Map<string, Promise<StartedSystem>>()
  let last: Promise<WholeSystem | undefined> = Promise.resolve(undefined)
  const systemOf = (worker: string) => {
    // One after the other: the first makes the bundles of all.
    const known = systems.get(worker) ?? last.then(bringUpForJourneys)
    systems.set(worker, known)
    last = known
    return known
  }
  const server = createServer(({ url = '' }, response) => {
    systemOf(url).then(
      (system) => response.end(JSON.stringify(system)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  project.provide('systemsUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return async () => {
    server.close()
    await Promise.all([...systems.values()].map((system) => system.then(({ stop }) => stop())))
  }
}

/** With two of those who share work by locks or announcements, and an archive, so that a journey can take it back to any moment. */
async function bringUpForJourneys(earlier: WholeSystem | undefined): Promise<StartedSystem> {
  const stripePort = await freePort()
  const started = await bringUp({
    name: 'journeys',
    scale: { order: 2, inventory: 2, support: 2 },
    settings: () => ({
      STRIPE_SECRET_KEY: secretKey,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      STRIPE_API_URL: `http://127.0.0.1:${stripePort}`,
    }),
    before: [['archive', 'on']],
    bundlesOf: earlier,
  })
  return { ...started, stripePort }
}
