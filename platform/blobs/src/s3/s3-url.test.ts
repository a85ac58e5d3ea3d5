import { expect, test } from 'vitest'
import { placeOf } from './s3-url.ts'

test('an address has a server, a bucket and what its keys begin with', () => {
  expect(placeOf('https://s3.eu-central-1.amazonaws.com/shop-files')).toEqual({
    endpoint: 'https://s3.eu-central-1.amazonaws.com',
    bucket: 'shop-files',
    prefix: '',
  })
  expect(placeOf('http://127.0.0.1:7070/shop/of-tests/a/')).toEqual({
    endpoint: 'http://127.0.0.1:7070',
    bucket: 'shop',
    prefix: 'of-tests/a/',
  })
})

test.each([
  'https://s3.amazonaws.com',
  'https://s3.amazonaws.com/',
  's3://bucket',
  'https://key:secret@s3.amazonaws.com/bucket',
  'https://s3.amazonaws.com/bucket?region=eu',
  'https://s3.amazonaws.com/Bucket',
  'https://s3.amazonaws.com/bucket//a',
])('refuses %s', (url) => {
  expect(() => placeOf(url)).toThrow('an address with a bucket')
})
