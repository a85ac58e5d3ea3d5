import type { Part } from '@stoa/kernel/part'
import type { Logger } from '@stoa/telemetry'
import { beforeEach, expect, test, vi } from 'vitest'
import { startStages, stopStages, type Stage } from './stages.ts'

const logger = { warn: vi.fn() } as unknown as Logger & { readonly warn: ReturnType<typeof vi.fn> }
let happened: string[] = []

beforeEach(() => {
  happened = []
  logger.warn.mockClear()
})

function part(name: string, more: Partial<Part> = {}): Part {
  return {
    name,
    start: () => void happened.push(`start ${name}`),
    stop: () => void happened.push(`stop ${name}`),
    ...more,
  }
}

const hanging = (name: string) =>
  part(name, {
    stop(timeoutMs) {
      happened.push(`${name} has ${timeoutMs < 50 ? 'less than' : 'at least'} 50 ms`)
      return new Promise(() => {})
    },
  })

test('parts start in order and stop in the reverse order of their stages', async () => {
  const stages: Stage[] = [
    { parts: [part('database')] },
    { parts: [part('sagas'), part('tasks')] },
    { parts: [part('doors')] },
  ]
  await startStages(stages)
  await stopStages(stages, 1_000, logger)
  expect(happened).toEqual([
    'start database',
    'start sagas',
    'start tasks',
    'start doors',
    'stop doors',
    'stop sagas',
    'stop tasks',
    'stop database',
  ])
})

test('no part starts after one that has not started', async () => {
  const broken = part('port', { start: () => Promise.reject(new Error('the port is taken')) })
  await expect(startStages([{ parts: [part('database'), broken] }, { parts: [part('tasks')] }])).rejects.toThrow(
    'the port is taken',
  )
  expect(happened).toEqual(['start database'])
})

test('a part that hangs is abandoned and named, and takes no time that an earlier stage has at least', async () => {
  const stages: Stage[] = [
    { parts: [part('database')] },
    { parts: [hanging('relay')], leastStopMs: 60 },
    { parts: [hanging('tasks')], mostStopMs: 10 },
    { parts: [hanging('doors')] },
  ]
  await stopStages(stages, 70, logger)
  expect(happened).toEqual([
    'doors has at least 50 ms',
    'tasks has less than 50 ms',
    'relay has at least 50 ms',
    'stop database',
  ])
  expect(logger.warn.mock.calls.map(([, fields]) => fields.part)).toEqual(['doors', 'tasks', 'relay'])
})

test('a part that fails to stop keeps none of the others from it, and the stop rejects with its error', async () => {
  const broken = part('tasks', { stop: () => Promise.reject(new Error('no connection')) })
  const stages: Stage[] = [{ parts: [part('database')] }, { parts: [broken, part('sagas')] }]
  await expect(stopStages(stages, 1_000, logger)).rejects.toThrow('no connection')
  expect(happened).toEqual(['stop sagas', 'stop database'])
})
