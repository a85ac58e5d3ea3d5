import { Agent as HttpAgent, get as getByHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, get as getByHttps } from 'node:https'

const agent = new HttpAgent({ keepAlive: false })
// Only whether it is ready is read, on this machine: the certificate names the host that clients use, which is another one.
const tlsAgent = new HttpsAgent({ keepAlive: false, rejectUnauthorized: false })

type Answer = 'ready' | 'not_ready' | 'no_http'

/**
 * Returns whether the service on this port of 127.0.0.1 reports within the time that it is ready; by HTTPS if the port does not speak
 * HTTP, as that of a gateway with a certificate. Never rejects.
 */
export async function isReady(port: number, timeoutMs = 1_000): Promise<boolean> {
  const startedAt = performance.now()
  const plain = await ask((options, onAnswer) => getByHttp({ ...options, agent }, onAnswer), port, timeoutMs)
  if (plain !== 'no_http') return plain === 'ready'
  const leftMs = timeoutMs - (performance.now() - startedAt)
  if (leftMs <= 0) return false
  return (
    (await ask((options, onAnswer) => getByHttps({ ...options, agent: tlsAgent }, onAnswer), port, leftMs)) === 'ready'
  )
}

type Get = (options: RequestOptions, onAnswer: (response: IncomingMessage) => void) => ReturnType<typeof getByHttp>

function ask(get: Get, port: number, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/health/ready', timeout: timeoutMs }, (response) => {
      response.resume()
      resolve(response.statusCode === 200 ? 'ready' : 'not_ready')
    })
    const giveUp = setTimeout(() => request.destroy(), timeoutMs)
    request.once('close', () => {
      clearTimeout(giveUp)
      resolve('not_ready')
    })
    request.once('timeout', () => request.destroy())
    // A TLS server answers plain HTTP with an alert, or closes the connection.
    request.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code?.startsWith('HPE_') === true || code === 'ECONNRESET' ? 'no_http' : 'not_ready'),
    )
  })
}
