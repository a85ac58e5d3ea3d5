import { once } from 'node:events'
import { get } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { openPort } from '../src/index.ts'

// without it the end waits for the ten seconds a connection may be silent
test('a connection that nothing was asked on does not hold up the end', async () => {
  const port = await openPort({
    host: '127.0.0.1',
    port: 0,
    http1: (_request, response) => response.end('here'),
    http2: (_request, response) => response.end(),
  })
  const silent = connect(port.port, '127.0.0.1')
  await once(silent, 'connect')
  // answered after the silent one was accepted
  const [answer] = await once(get({ port: port.port, agent: false }), 'response')
  expect(answer.resume().statusCode).toBe(200)
  const closed = once(silent.resume(), 'close')
  await port.close(600_000)
  await closed
})
