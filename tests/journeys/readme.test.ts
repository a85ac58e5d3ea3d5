import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { system } from './system.ts'

const run = promisify(execFile)

test('the order that the README places is confirmed', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block)
  const order = blocks.find((block) => block.includes('idempotency-key'))
  const script = order
    ?.replace('http://127.0.0.1:8080', system.gatewayUrl)
    .replace('my-first-order', randomUUID())
    // On a busy machine ten seconds may not suffice.
    .replace('wait=10', 'wait=30')
  const { stdout } = await run('bash', ['-euc', script ?? 'exit 1'])
  expect(JSON.parse(stdout)).toMatchObject({ status: 'confirmed', items: [{ sku: 'TEA-GREEN-100', quantity: 2 }] })
})
