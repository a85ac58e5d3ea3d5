import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { openStore, s3Store } from '@stoa/blobs'
import { eventually, hasS3Server, startS3Server, type S3Server } from '@stoa/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const mebibyte = 1_048_576

describe.runIf(hasS3Server())('a bucket of S3', () => {
  let server: S3Server
  beforeAll(async () => {
    server = await startS3Server()
  })
  afterAll(() => server.remove())

  const open = (timeoutMs = 60_000) => {
    const { url, credentials } = server
    return s3Store({ url, region: 'us-east-1', isPathStyle: true, credentials, timeoutMs })
  }
  const text = (content: string) => Readable.from([Buffer.from(content)])

  test('what a killed process has left of an upload is listed, and removed with its object', async () => {
    // never ends, as an upload of a process that has died
    const endless = new Readable({ read() {} })
    endless.push(Buffer.alloc(6 * mebibyte))
    const written = open().write('shop/killed/a', endless)
    await eventually(async () => expect(await server.unfinishedParts()).not.toEqual([]))
    const other = open()
    await other.write('shop/killed/b', text('green tea'))
    expect((await Array.fromAsync(other.list('shop/killed'))).flat().toSorted()).toEqual([
      'shop/killed/a',
      'shop/killed/b',
    ])
    await other.remove('shop/killed/a')
    expect(await server.unfinishedParts()).toEqual([])
    expect((await Array.fromAsync(other.list('shop/killed'))).flat()).toEqual(['shop/killed/b'])
    endless.destroy()
    await expect(written).rejects.toThrow('Premature close')
  })

  test('an upload that breaks off leaves no parts', async () => {
    async function* broken() {
      yield Buffer.alloc(12 * mebibyte)
      throw new Error('the sender left')
    }
    await expect(open().write('shop/broken/a', Readable.from(broken()))).rejects.toThrow('the sender left')
    expect(await server.unfinishedParts()).toEqual([])
  })

  test('two prefixes of a bucket do not see each other', async () => {
    const { url, credentials } = server
    const [one, two] = ['one', 'two'].map((prefix) =>
      s3Store({ url: `${url}/${prefix}`, region: 'us-east-1', isPathStyle: true, credentials, timeoutMs: 60_000 }),
    )
    await one?.write('shop/images/a', text('of one'))
    expect(await two?.sizeOf('shop/images/a')).toBeUndefined()
    expect((await Array.fromAsync(two?.list('shop/images') ?? [])).flat()).toEqual([])
  })

  test('while the server is down each request is refused as unavailable, and nothing is lost', async () => {
    const store = open()
    await store.write('shop/lost/a', text('green tea'))
    await server.kill()
    const refused = { code: 'blob.unavailable', kind: 'unavailable', retryable: true }
    // more than open the breaker
    for (let count = 0; count < 7; count += 1) await expect(store.read('shop/lost/a')).rejects.toMatchObject(refused)
    await expect(store.write('shop/lost/b', text('x'))).rejects.toMatchObject(refused)
    await expect(store.remove('shop/lost/a')).rejects.toMatchObject(refused)
    await expect(store.check()).rejects.toThrow('does not respond')
    await server.start()
    const content = await eventually(async () => buffer(await store.read('shop/lost/a')))
    expect(content.toString()).toBe('green tea')
    await store.check()
  })

  test('a server that does not respond is left after the time', async () => {
    const store = open(100)
    await expect(eventually(() => store.check())).resolves.toBeUndefined()
    server.hang()
    try {
      await expect(store.read('shop/hung/a')).rejects.toMatchObject({ code: 'blob.unavailable' })
      await expect(store.check()).rejects.toThrow('does not respond')
    } finally {
      server.goOn()
    }
  })

  test('refused credentials are a reason for operators, and are in no error', async () => {
    const credentials = { accessKeyId: 'of-tests', secretAccessKey: 'a-planted-secret' }
    const store = s3Store({ url: server.url, region: 'us-east-1', isPathStyle: true, credentials, timeoutMs: 60_000 })
    await expect(store.check()).rejects.toThrow(`returns 403 for the bucket stoa-test`)
    const error: unknown = await store.read('shop/images/a').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'blob.unavailable', cause: { name: 'SignatureDoesNotMatch' } })
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('a-planted-secret')
  })

  test('half of an access key is refused at the start', () => {
    const half = { s3Region: 'us-east-1', s3PathStyle: true, s3TimeoutMs: 1_000, blobFolder: '', s3AccessKeyId: 'a' }
    expect(() => openStore({ ...half, s3Url: server.url })).toThrow('belong together')
  })
})
