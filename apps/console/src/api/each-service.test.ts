import { RestProblem } from '@stoa/rest'
import { expect, test } from 'vitest'
import { fromEach } from './each-service.ts'

const problem = (status: number) => new RestProblem('GET x', new Response(null, { status }), { title: `is ${status}` })

test('names the services that do not respond, and lists what the others have', async () => {
  const found = await fromEach(['a', 'b', 'c'], async (service) => {
    if (service === 'b') throw problem(503)
    return [service]
  })
  expect(found).toEqual({ items: ['a', 'c'], missing: [{ service: 'b', reason: 'is 503' }] })
})

test('throws a refusal, and an error of the page itself', async () => {
  await expect(fromEach(['a'], () => Promise.reject(problem(403)))).rejects.toMatchObject({ status: 403 })
  await expect(fromEach(['a'], () => Promise.reject(new RangeError('bug')))).rejects.toThrow('bug')
})
