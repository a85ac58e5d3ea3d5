import { createServer, type AddressInfo } from 'node:net'

/** A mail server that keeps what it is given. */
export interface FakeSmtp {
  readonly url: string
  /** The mails as they were sent, newest last. */
  readonly mails: string[]
  readonly close: () => void
}

/** What the mail server replies to mails with a subject, instead of taking them. */
const replies = new Map([
  ['Refused', '550 no such mailbox\r\n'],
  ['Busy', '451 try again later\r\n'],
])

/** Starts as much of RFC 5321 as a client needs to hand over a mail. */
export async function startFakeSmtp(): Promise<FakeSmtp> {
  const mails: string[] = []
  const server = createServer((socket) => {
    let isData = false
    socket.write('220 test\r\n')
    socket.on('data', (chunk) => {
      const text = chunk.toString()
      if (isData) {
        mails.push(text)
        if (text.endsWith('\r\n.\r\n')) {
          isData = false
          socket.write(replies.get(/^Subject: (.*)$/m.exec(text)?.[1]?.trim() ?? '') ?? '250 ok\r\n')
        }
      } else if (text.startsWith('DATA')) {
        isData = true
        socket.write('354 go on\r\n')
      } else socket.write('250 ok\r\n')
    })
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, mails, close: () => server.close() }
}
