import { expect, test } from 'vitest'
import { Unwell, type Dependencies } from '@stoa/kernel/part'
import { makeHealth } from './health.ts'

const works = { check: async () => {} }
const fails = {
  check: async () => {
    throw new Unwell('no instance is ready', { instances: 2 })
  },
}

function healthOf(dependencies: Dependencies, { isReady = true } = {}) {
  return makeHealth({ dependencies, isReady: () => isReady, checkTimeoutMs: 20 })
}

test('a dependency that is not required degrades a process and leaves it ready', async () => {
  const health = healthOf({ database: { ...works, isRequired: true }, 'calls.payment': fails })
  expect(await health.isReady()).toBe(true)
  expect(await health.report()).toEqual({
    status: 'degraded',
    components: {
      database: { status: 'up', isRequired: true },
      'calls.payment': { status: 'down', isRequired: false, reason: 'no instance is ready', instances: 2 },
    },
  })
})

test('a process without a required dependency is down and not ready', async () => {
  const health = healthOf({ database: { ...fails, isRequired: true } })
  expect(await health.isReady()).toBe(false)
  expect((await health.report()).status).toBe('down')
})

test('a process that starts or drains is down, whatever its dependencies', async () => {
  const health = healthOf({ database: works }, { isReady: false })
  expect(await health.isReady()).toBe(false)
  expect((await health.report()).status).toBe('down')
})

test('a check that hangs counts as failed after its time', async () => {
  const { components } = await healthOf({ mailServer: { check: () => new Promise(() => {}) } }).report()
  expect(components['mailServer']).toMatchObject({ status: 'down', reason: 'no response within 20 ms' })
})

test('requests at one time share an examination', async () => {
  let examinations = 0
  const health = healthOf({ mailServer: { check: async () => ({ examinations: ++examinations }) } })
  await Promise.all([health.report(), health.report()])
  await health.report()
  expect(examinations).toBe(1)
})
