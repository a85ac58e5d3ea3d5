import { helloService } from '../01-hello-service/hello.ts'
import { ask } from '../ask.ts'
import { inPlace } from '../place.ts'
import { startExampleGateway } from './gateway.ts'
import { startLegacyApp } from './legacy-app.ts'

await inPlace(async (place) => {
  const legacy = await startLegacyApp()
  const { port } = await place.start(helloService)
  const gateway = await startExampleGateway({ service: helloService.contract, port, legacyUrl: legacy.url })

  /** Greets 100 clients, each with an address of its own: a proxy on this machine may say whose request it forwards. */
  async function greetAll(): Promise<number> {
    let byLegacy = 0
    for (let client = 1; client <= 100; client++) {
      const headers = { 'x-forwarded-for': `192.0.2.${client}` }
      const asked = { body: { name: 'Ada' }, key: crypto.randomUUID(), headers }
      const { body } = await ask<{ greeting: string }>('POST', `${gateway.url}/api/v1/greetings`, asked)
      if (body.greeting === 'HELLO Ada') byLegacy += 1
    }
    return byLegacy
  }

  async function guestbook(): Promise<string> {
    const response = await fetch(`${gateway.url}/guestbook`)
    return response.status === 200 ? (await response.text()).trim() : String(response.status)
  }

  const greetings = (percent: number) => ({
    name: 'greetings',
    paths: ['/api/v1/greetings'],
    anonymousBy: 'address',
    legacy: { upstream: 'guestbook', percent },
  })
  const page = { name: 'guestbook', paths: ['/guestbook'], legacy: { upstream: 'guestbook', percent: 100 } }

  for (const percent of [100, 70, 30, 0]) {
    await gateway.apply([greetings(percent), page])
    console.log(`${percent} % for the legacy application: it greets ${await greetAll()} of 100 clients`)
  }
  console.log(`its own page: ${await guestbook()}`)
  await gateway.apply([])
  console.log(`without rules: it greets ${await greetAll()} of 100 clients, its own page: ${await guestbook()}`)

  await gateway.stop()
  await legacy.close()
})
