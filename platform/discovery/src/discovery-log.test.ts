import { expect, test } from 'vitest'
import { discoveryLog } from './discovery-log.ts'

test('writes the registry’s absence and its return once each', () => {
  const lines: string[] = []
  const line = (level: string) => (message: string) => void lines.push(`${level} ${message}`)
  const { onEvent } = discoveryLog({ debug: line('debug'), info: line('info'), warn: line('warn') })
  onEvent({ type: 'registry_connected' })
  onEvent({ type: 'registry_lost', reason: 'connect ECONNREFUSED' })
  onEvent({ type: 'registry_lost', reason: 'connect ECONNREFUSED' })
  onEvent({ type: 'registry_connected' })
  onEvent({ type: 'instances_changed', service: 'order', count: 2 })
  expect(lines).toEqual([
    'warn the registry is unreachable: the last known instances are used',
    'info the registry is reachable again',
    'debug instances changed',
  ])
})
