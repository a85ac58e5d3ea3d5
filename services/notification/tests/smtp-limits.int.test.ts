import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { smtpChannel } from '../src/channels/smtp.ts'

/** A server that receives a mail and runs the callback instead of confirming it. */
async function mailServer(afterData: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let isData = false
    socket.on('error', () => {})
    socket.write('220 test\r\n')
    socket.on('data', (chunk) => {
      if (isData) return
      isData = chunk.toString().startsWith('DATA')
      socket.write(isData ? '354 go on\r\n' : '250 ok\r\n')
      if (isData) afterData(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const drip = (socket: Socket) => {
  const timer = setInterval(() => (socket.writable ? socket.write('250-wait\r\n') : clearInterval(timer)), 50)
  socket.on('close', () => clearInterval(timer))
}

test.each([
  ['is silent', () => {}],
  ['drips its response', drip],
])(
  'a mail to a server that %s fails at the limit',
  async (_what, afterData) => {
    const channel = smtpChannel(await mailServer(afterData), 'Stoa <shop@stoa.example>', { limitMs: 900 })
    onTestFinished(() => channel.close())
    const startedAt = performance.now()
    const mail = { id: 'm-1', to: 'ada@stoa.example', subject: 'Hello', body: 'Hello' }
    await expect(channel.send(mail)).rejects.toThrow(/mail server did not respond|[Tt]imeout/)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  },
  10_000,
)
