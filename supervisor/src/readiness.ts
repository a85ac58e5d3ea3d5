import { Agent, get } from 'node:http'

const agent = new Agent({ keepAlive: false })

/** Returns whether the service on this port of 127.0.0.1 reports within the time that it is ready. Never rejects. */
export function isReady(port: number, timeoutMs = 1_000): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/health/ready', agent, timeout: timeoutMs }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    const giveUp = setTimeout(() => request.destroy(), timeoutMs)
    request.once('close', () => {
      clearTimeout(giveUp)
      resolve(false)
    })
    request.once('timeout', () => request.destroy())
    request.once('error', () => resolve(false))
  })
}
