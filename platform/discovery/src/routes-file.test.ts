import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@stoa/testing'
import { expect, onTestFinished, test } from 'vitest'
import { openRoutesFile } from './routes-file.ts'

async function fileOf(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-routes-file-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'routes.json')
  const write = (next: string) => writeFile(path, next)
  await write(text)
  return { path, write }
}

const at = (...addresses: (string | object)[]) =>
  JSON.stringify({ format: 1, services: [{ service: 'tea', addresses }] })

test('addresses come from the file, and follow it; one that cannot be used changes nothing', async () => {
  const { path, write } = await fileOf(at('10.0.0.1:80'))
  const { resolver, follow } = await openRoutesFile(path, { intervalMs: 5 })
  const ports = () => resolver.resolve('tea').map(({ port }) => port)
  expect([ports(), resolver.isInformed()]).toEqual([[80], true])
  const taken: string[][] = []
  const lost: string[] = []
  const followed = follow({
    onRoutes: async (routes) => void taken.push(routes.map(({ service }) => service)),
    onLost: (reason) => lost.push(reason),
  })
  onTestFinished(followed.close)
  await eventually(async () => expect(followed.isInformed()).toBe(true))

  await write('{')
  await eventually(async () => expect(followed.trouble()).toContain('it is not JSON'))
  await rm(path)
  await eventually(async () => expect(followed.trouble()).toContain('it does not exist'))
  expect([ports(), resolver.trouble(), lost]).toEqual([[80], followed.trouble(), ['it is not JSON']])

  await write(at('10.0.0.1:81', '10.0.0.1:82'))
  await eventually(async () => expect(ports()).toEqual([81, 82]))
  await eventually(async () => expect(followed.trouble()).toBeUndefined())
  expect(taken).toEqual([['tea'], ['tea']])
})

test('an address can have a version', async () => {
  const { path } = await fileOf(at('10.0.0.1:80', { address: '[::1]:81', version: '2.0.0' }))
  const { resolver } = await openRoutesFile(path)
  expect(resolver.resolve('tea').map(({ host, version }) => [host, version])).toEqual([
    ['10.0.0.1', undefined],
    ['::1', '2.0.0'],
  ])
})

test.each([
  ['it is not JSON', 'tea'],
  ['got tea:70000', at('tea:70000')],
])('a file is refused at once: %s', async (sentence, text) => {
  const { path } = await fileOf(text)
  await expect(openRoutesFile(path)).rejects.toThrow(sentence)
})
