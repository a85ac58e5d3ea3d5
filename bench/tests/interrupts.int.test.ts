import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

const program = new URL('./interrupted-bench.ts', import.meta.url).pathname

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a bench that is ended by %s stops what it has started, then itself', async (signal, code) => {
  const bench = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let trouble = ''
  bench.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  bench.stderr.on('data', (chunk: Buffer) => (trouble += chunk.toString()))
  await expect.poll(() => output).toMatch(/\d+\n/)
  bench.kill(signal)
  bench.kill(signal)
  const [ended] = (await once(bench, 'close')) as [number | null]
  expect(ended).toBe(code)
  expect(output).toMatch(/^\d+\nstopped\n$/)
  expect(trouble).toBe(`Stopping what the bench has started (${signal})\n`)
  expect(() => process.kill(Number.parseInt(output, 10), 0)).toThrow('ESRCH')
})
