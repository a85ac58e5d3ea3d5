import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Runs the commands of the README that place an order, at this gateway and under a key of its own; returns what they print. */
export async function placeAsReadme(gatewayUrl: string): Promise<any> {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block)
  const order = blocks.find((block) => block.includes('idempotency-key'))
  const script = order
    ?.replace('http://127.0.0.1:8080', gatewayUrl)
    .replace('my-first-order', randomUUID())
    // On a busy machine ten seconds may not suffice.
    .replace('wait=10', 'wait=30')
  const { stdout } = await run('bash', ['-euc', script ?? 'exit 1'])
  return JSON.parse(stdout)
}
