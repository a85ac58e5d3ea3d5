import { expect, test } from 'vitest'
import { pageOfId, pagesFor } from './pages.ts'

const order = '01920000-0000-7000-8000-000000000001'

test('shows only pages that the account may read', () => {
  expect([...pagesFor([]).values()]).toEqual([])
  expect([...pagesFor(['order:read:any']).keys()]).toEqual(['Sell'])
  expect(
    pagesFor(['report:read'])
      .get('Sell')
      ?.map(({ title }) => title),
  ).toEqual(['Reports'])
  expect([...pagesFor(['ops']).keys()]).toEqual(['', 'Run', 'Observe'])
})

test('recognizes a pasted id', () => {
  expect(pageOfId(` ${order} `)).toEqual({ to: `/orders/${order}`, what: 'order' })
  expect(pageOfId(`order-fulfilment:${order}`)).toEqual({ to: `/sagas/order-fulfilment:${order}`, what: 'saga' })
  expect(pageOfId('0123456789abcdef0123456789abcdef')?.what).toBe('trace')
  expect(pageOfId('sagas')).toBeUndefined()
})
