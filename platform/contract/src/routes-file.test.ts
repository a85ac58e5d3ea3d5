import { expect, test } from 'vitest'
import { parseRoutesFile } from './routes-file.ts'

const tea = { service: 'tea', addresses: ['10.0.0.7:8099', '[::1]:8099'] }
const text = (...services: object[]) => JSON.stringify({ format: 1, services })

test('a file with addresses alone is valid', () => {
  expect(parseRoutesFile(text(tea)).services).toEqual([tea])
})

test.each([
  ['a text', 'tea', 'it is not JSON'],
  ['another format', JSON.stringify({ format: 2, services: [] }), 'it is invalid at /format'],
  ['an address without a port', text({ ...tea, addresses: ['tea'] }), 'it is invalid at /services/0/addresses/0'],
  ['a field of another meaning', text({ ...tea, adresses: [] }), 'it is invalid at /services/0'],
  ['a document of another form', text({ ...tea, document: { name: 'tea' } }), 'it is invalid at /services/0/document'],
  ['two entries of a service', text(tea, tea), 'it has two entries of tea'],
])('%s is refused with a sentence', (_what, given, sentence) => {
  expect(() => parseRoutesFile(given)).toThrow(sentence)
})
