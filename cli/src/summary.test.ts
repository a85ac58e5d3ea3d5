import type { ProcessRow } from '@stoa/supervisor/control'
import { system as shop } from '@stoa/systems/shop'
import { expect, test } from 'vitest'
import { summaryOf } from './summary.ts'

const rows: ProcessRow[] = [
  { service: 'postgres', instance: 'postgres-1', pid: 1, port: 8_432, state: 'ready' },
  { service: 'gateway', instance: 'gateway-1', pid: 2, port: 8_080, state: 'ready' },
  ...['user', 'inventory', 'pricing', 'order', 'payment', 'shipping'].map((service) => ({
    service,
    instance: `${service}-1`,
    pid: 3,
    port: 8_001,
    state: 'ready' as const,
  })),
]
const ports = new Map([['gateway', 8_080]])

test('shows what runs where, a demonstration account and an order to place', () => {
  const text = summaryOf(rows, ports, shop.hints).join('\n')
  expect(text).toMatch(/^gateway +ready +http:\/\/127\.0\.0\.1:8080$/m)
  expect(text).toContain('Console   http://127.0.0.1:8080/console/')
  expect(text).toContain('ada@stoa.example')
  expect(text).toContain('stoa-demo-only')
  expect(text).toContain('curl -s http://127.0.0.1:8080/api/v1/orders')
})

test('offers only what runs', () => {
  const without = (...names: string[]) =>
    summaryOf(
      rows.filter(({ service }) => !names.includes(service)),
      ports,
      shop.hints,
    ).join('\n')
  expect(without('order')).toContain('stoa-demo-only')
  for (const name of ['order', 'pricing', 'inventory', 'payment', 'shipping'])
    expect(without(name), name).not.toContain('/api/v1/orders')
  expect(without('inventory')).toContain('http://127.0.0.1:8080/docs')
  expect(without('inventory')).not.toContain('/api/v1/products')
  expect(without('user')).not.toContain('stoa-demo-only')
})

test('offers no account in production', () => {
  expect(summaryOf(rows, ports, undefined).join('\n')).not.toContain('stoa-demo-only')
})

test('offers no address where there is no door', () => {
  expect(summaryOf(rows.slice(0, 1), ports, shop.hints).join('\n')).not.toContain('http://')
})
