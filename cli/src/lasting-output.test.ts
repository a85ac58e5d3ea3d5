import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lastingOutput } from './lasting-output.ts'

function scratchFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-output-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'supervisor.log')
}

function openFor(path: string, flags: string): number {
  const descriptor = openSync(path, flags)
  onTestFinished(() => closeSync(descriptor))
  return descriptor
}

const stream = () => {
  throw new Error('a file is not written through its stream')
}

test('lines go into a file one after the other', () => {
  const path = scratchFile()
  const say = lastingOutput({ fd: openFor(path, 'a'), write: stream })
  say('order (pid 7) has ended')
  say('order is ready again')
  expect(readFileSync(path, 'utf8')).toBe('order (pid 7) has ended\norder is ready again\n')
})

test('a line that cannot be written is left out', () => {
  const path = scratchFile()
  const writable = openFor(path, 'a')
  const say = lastingOutput({ fd: openFor(path, 'r'), write: stream })
  expect(() => say('no room for this')).not.toThrow()
  lastingOutput({ fd: writable, write: stream })('there is room again')
  expect(readFileSync(path, 'utf8')).toBe('there is room again\n')
})

test('a terminal or a pipe is written through its stream', () => {
  const written: string[] = []
  const say = lastingOutput({ fd: openFor('/dev/null', 'a'), write: (text) => written.push(text) })
  say('Stopping')
  expect(written).toEqual(['Stopping\n'])
})

test('a log over its limit is moved aside and no line is lost; another file is left alone', () => {
  const path = scratchFile()
  const fd = openFor(path, 'a')
  const say = lastingOutput({ fd, write: stream }, { path, maxBytes: 10 })
  for (const line of ['first', 'second', 'third']) say(line)
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('first\nsecond\n')
  expect(readFileSync(path, 'utf8')).toBe('third\n')
  const elsewhere = lastingOutput({ fd, write: stream }, { path: `${path}.of-another`, maxBytes: 1 })
  elsewhere('fourth')
  expect(readFileSync(path, 'utf8')).toBe('third\nfourth\n')
})
