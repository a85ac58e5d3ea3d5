import { catalogue } from '@stoa/contracts/catalogue'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

let gateway: GatewayUnderTest

beforeAll(async () => {
  gateway = await gatewayUnderTest({})
})
afterAll(() => gateway.stop())

const get = (path: string) => fetch(gateway.url + path)

test('the API reference links to a page and a document of each service', async () => {
  const list = await (await get('/docs')).text()
  for (const { name } of catalogue) {
    expect(list).toContain(`href="/docs/${name}"`)
    expect((await get(`/docs/${name}`)).status).toBe(200)
    const document = (await (await get(`/openapi/${name}.json`)).json()) as { tags: { name: string }[] }
    expect(document.tags.map((tag) => tag.name)).toEqual([name])
    expect(list).toContain(`href="/openapi/${name}.json"`)
    expect(list).toContain(`href="/asyncapi/${name}.json"`)
    const events = (await (await get(`/asyncapi/${name}.json`)).json()) as { asyncapi: string; info: { title: string } }
    expect([events.asyncapi, events.info.title]).toEqual(['3.0.0', `Stoa ${name}`])
  }
})

test('its pages run only files of the gateway, which are there', async () => {
  const answer = await get('/docs/order')
  expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/)
  const html = await answer.text()
  expect(html).not.toMatch(/https?:\/\//)
  const files = [...html.matchAll(/(?:src|href)="(\/docs\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path ?? '')
  expect(files).toHaveLength(3)
  for (const file of files) expect((await get(file)).status, file).toBe(200)
})

test('it has no page for a name that no service has', async () => {
  for (const path of [
    '/docs/nothing',
    '/docs/',
    '/docs/constructor',
    '/docs/../package.json',
    '/openapi/nothing.json',
    '/asyncapi/nothing.json',
  ]) {
    expect((await get(path)).status, path).toBe(404)
  }
})

test.each([
  '/openapi.json',
  '/openapi/order.json',
  '/asyncapi/order.json',
  '/docs/order',
  '/errors/request.invalid',
  '/schemas/order.created/1.0.0',
])('%s has a strong tag in each coding, and is sent once', async (path) => {
  const ask = (headers: Record<string, string>) => fetch(gateway.url + path, { headers })
  const tags = new Set<string>()
  for (const coding of ['identity', 'gzip', 'br']) {
    const first = await ask({ 'accept-encoding': coding })
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]+"$/)
    expect(first.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/)
    tags.add(`${etag} ${first.headers.get('content-encoding')}`)
    const again = await ask({ 'accept-encoding': coding, 'if-none-match': `"other", ${etag}` })
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, ''])
    expect((await ask({ 'accept-encoding': coding, 'if-none-match': '"other"' })).status).toBe(200)
  }
  // one tag for each of the codings that it is sent in
  expect(new Set([...tags].map((tag) => tag.split(' ')[0])).size).toBe(tags.size)
})
