import { anonymous } from '@stoa/security'
import { expect, test } from 'vitest'
import type { ProxiedRequest } from '../exchange.ts'
import { requestHead } from './request-head.ts'

const sent = (rawHeaders: readonly string[], rest: Partial<ProxiedRequest> = {}) => {
  const head = {
    method: 'GET',
    path: '/shop',
    search: '',
    headers: {},
    rawHeaders,
    address: '192.0.2.1',
    requestId: 'r',
  }
  const exchange = { head, principal: anonymous, ...rest } as ProxiedRequest
  const fields = { host: 'shop', bodyBytes: undefined, deadlineMs: Infinity, trace: {} }
  return requestHead(exchange, fields).split('\r\n')
}

test('a client cannot say where it comes from, or which other path it means, however it writes the names', () => {
  const claims = ['X-Forwarded-For', 'x_forwarded_for', 'X-Forwarded_Proto', 'Content_Length', 'X_Request_Id']
  const others = ['X-Original-URL', 'X_Rewrite_Url', 'X-Forwarded-Prefix', 'X-Stoa-Mirrored']
  const lines = sent([...claims, ...others].flatMap((name) => [name, '6.6.6.6']))
  expect(lines.join()).not.toContain('6.6.6.6')
  expect(lines).toContain('X-Forwarded-For: 192.0.2.1')
  expect(sent(['My_Field', '1', 'X-Version', '2'])).toEqual(expect.arrayContaining(['My_Field: 1', 'X-Version: 2']))
})

test('only a copy says that it is one', () => {
  expect(sent([], { isCopy: true })).toContain('X-Stoa-Mirrored: 1')
  expect(sent([]).join()).not.toContain('Mirrored')
})
