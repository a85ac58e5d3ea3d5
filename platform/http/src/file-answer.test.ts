import { expect, test } from 'vitest'
import { dispositionOf, outgoingFile } from './file-answer.ts'

test.each([
  ['invoice-7.pdf', 'attachment; filename="invoice-7.pdf"'],
  ['Größe (1).pdf', `attachment; filename="Gr__e (1).pdf"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%281%29.pdf`],
  [
    'a"b\r\nset-cookie: c.pdf',
    `attachment; filename="a_b__set-cookie: c.pdf"; filename*=UTF-8''a%22b%0D%0Aset-cookie%3A%20c.pdf`,
  ],
  ['../../etc', `attachment; filename=".._.._etc"; filename*=UTF-8''..%2F..%2Fetc`],
])('the name of %j is sent so that no client can misread it', (name, header) => {
  expect(dispositionOf(name)).toBe(header)
})

test('a file is sent as its bytes alone', () => {
  const bytes = Buffer.from([0, 255])
  const { status, headers, body } = outgoingFile(
    { status: 200, body: { fileName: 'a.pdf', bytes, customerId: 'ada' } },
    'application/pdf',
  )
  expect([status, headers['content-type'], headers['cache-control'], body]).toEqual([
    200,
    'application/pdf',
    'no-store',
    bytes,
  ])
  expect(() => outgoingFile({ status: 200, body: { fileName: 'a.pdf' } }, 'application/pdf')).toThrow('a file has')
})

test('a file of parts is sent part by part with its size, and for HEAD no part is read', async () => {
  let reads = 0
  async function* parts() {
    for (const part of ['half of ', 'a file']) {
      reads += 1
      yield Buffer.from(part)
    }
  }
  const answered = { status: 200, body: { fileName: 'a.csv', parts, sizeBytes: 14 } }
  const { content } = outgoingFile(answered, 'text/csv')
  expect(content?.sizeBytes).toBe(14)
  expect(Buffer.concat(await Array.fromAsync(content?.open ?? [])).toString()).toBe('half of a file')
  const head = outgoingFile(answered, 'text/csv', { isHead: true })
  expect([head.content, reads]).toEqual([{ open: undefined, sizeBytes: 14 }, 2])
})
