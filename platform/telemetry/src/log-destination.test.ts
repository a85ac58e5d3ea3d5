import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { fileDestination } from './log-destination.ts'

const folder = await mkdtemp(join(tmpdir(), 'log-destination-'))
afterEach(() => void vi.useRealTimers())

function openFile(name: string): { path: string; fileDescriptor: number } {
  const path = join(folder, name)
  return { path, fileDescriptor: openSync(path, 'w') }
}

test('writes after a moment, in one go', () => {
  vi.useFakeTimers()
  const { path, fileDescriptor } = openFile('moment')
  const destination = fileDestination(fileDescriptor)
  destination.write('one\n')
  destination.write('two\n')
  expect(readFileSync(path, 'utf8')).toBe('')
  vi.advanceTimersByTime(50)
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n')
  destination.close()
  closeSync(fileDescriptor)
})

test('writes at once when much is held, and after it was closed', () => {
  vi.useFakeTimers()
  const { path, fileDescriptor } = openFile('much')
  const destination = fileDestination(fileDescriptor)
  destination.write(`${'x'.repeat(20_000)}\n`)
  expect(readFileSync(path, 'utf8')).toHaveLength(20_001)
  destination.close()
  destination.write('last words\n')
  expect(readFileSync(path, 'utf8')).toMatch(/last words\n$/)
  closeSync(fileDescriptor)
})

test('drops lines, and does not throw, when they cannot be written', () => {
  const { fileDescriptor } = openFile('gone')
  const destination = fileDestination(fileDescriptor)
  closeSync(fileDescriptor)
  destination.write('lost\n')
  expect(destination.flush()).toBe(true)
  destination.close()
})

const writer = (body: string) => `
  import { fileDestination } from ${JSON.stringify(new URL('./log-destination.ts', import.meta.url).href)}
  const destination = fileDestination(1)
  for (let i = 0; i < 20_000; i += 1) destination.write('{"line":' + i + '}\\n')
  ${body}`

test.each([
  ['process.exit', 'process.exit(0)'],
  ['an uncaught error', 'throw new Error("on purpose")'],
  ['its own end', ''],
])('loses nothing when the process ends by %s while the reader is slow', async (_, body) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', writer(body)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    child.stdout.pause()
    setTimeout(() => child.stdout.resume(), 5)
  })
  await once(child, 'close')
  expect(text.trimEnd().split('\n')).toEqual(Array.from({ length: 20_000 }, (_each, i) => `{"line":${i}}`))
})
