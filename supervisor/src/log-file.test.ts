import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLogFile } from './log-file.ts'

let folder = ''
let path = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-log-'))
  path = join(folder, 'order.log')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('whole lines are read once, also those that come in pieces and between letters', async () => {
  await writeFile(path, 'from an earlier run\n')
  const log = openLogFile(path)
  await appendFile(path, Buffer.from('first\nsecönd').subarray(0, 10))
  expect(log.read()).toEqual(['first'])
  await appendFile(path, Buffer.from('first\nsecönd').subarray(10))
  expect(log.read()).toEqual([])
  await appendFile(path, '\n')
  expect(log.read()).toEqual(['secönd'])
  log.close()
})

test('a log over its limit is moved aside and begun again, and reading continues', async () => {
  const log = openLogFile(path, { maxBytes: 10 })
  await appendFile(path, 'much too long\n')
  log.read()
  await log.rotate()
  await appendFile(path, 'anew\n')
  expect(log.read()).toEqual(['anew'])
  expect(await readFile(`${path}.1`, 'utf8')).toBe('much too long\n')
  expect(await readFile(path, 'utf8')).toBe('anew\n')
  log.close()
})

test('what is written while a log is copied is kept', async () => {
  const copy = async (from: string, to: string) => {
    await copyFile(from, to)
    await appendFile(path, 'late\n')
  }
  const log = openLogFile(path, { maxBytes: 10, copy })
  await appendFile(path, 'much too long\n')
  await log.rotate()
  expect(await readFile(`${path}.1`, 'utf8')).toBe('much too long\nlate\n')
  expect(await readFile(path, 'utf8')).toBe('')
  log.close()
})

test('a log below its limit stays', async () => {
  const log = openLogFile(path, { maxBytes: 10 })
  await appendFile(path, 'short\n')
  await log.rotate()
  expect(await readFile(path, 'utf8')).toBe('short\n')
  log.close()
})

test('a process that writes all the time loses no line to rotations', async () => {
  const log = openLogFile(path, { maxBytes: 20_000 })
  const script = `
    const { writeSync } = require('node:fs')
    let n = 0
    const write = () => { for (let i = 0; i < 50; i++) writeSync(1, 'line ' + n++ + '\\n'); n < 60000 ? setImmediate(write) : process.exit() }
    write()`
  const writer = spawn(process.execPath, ['-e', script], { stdio: ['ignore', log.descriptor, 'inherit'] })
  const ended = once(writer, 'exit')
  const lines: string[] = []
  const kept: string[] = []
  let rotations = 0
  let isOver = false
  void ended.then(() => (isOver = true))
  while (!isOver) {
    await delay(1)
    const isRotated = await log.rotate(writer.pid)
    lines.push(...log.read())
    if (isRotated) {
      rotations++
      kept.push(...(await readFile(`${path}.1`, 'utf8')).trimEnd().split('\n'))
    }
  }
  await ended
  lines.push(...log.read())
  kept.push(...(await readFile(path, 'utf8')).split('\n').filter(Boolean))
  log.close()
  const all = Array.from({ length: 60_000 }, (_, n) => `line ${n}`)
  expect(rotations).toBeGreaterThan(0)
  expect(kept.length).toBe(all.length)
  expect(kept).toEqual(all)
  expect(lines).toEqual(all)
})
