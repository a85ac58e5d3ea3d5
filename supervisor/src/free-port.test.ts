import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'

const source = new URL('./free-port.ts', import.meta.url).href
const chooser = `
  import { freePort } from ${JSON.stringify(source)}
  const ports = []
  while (ports.length < 80) ports.push(await freePort())
  console.log(JSON.stringify(ports))
  process.stdin.resume()`

/** The ports that a process of its own chooses; it lives until the test ends. */
async function choose(): Promise<number[]> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', chooser], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill())
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return JSON.parse(line.toString()) as number[]
}

test('processes that choose at the same time choose different ports, also more than one block of them', async () => {
  const chosen = (await Promise.all(Array.from({ length: 6 }, choose))).flat()
  expect(chosen).toHaveLength(480)
  expect(new Set(chosen).size).toBe(chosen.length)
  expect(chosen.every((port) => port > 20_480 && port < 32_768)).toBe(true)
})
