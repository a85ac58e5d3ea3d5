import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandJson, newCustomer, place } from './shop.ts'
import { system } from './system.ts'

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

/** Where each service, and the gateway, exposes its metrics. */
async function metricsUrls(): Promise<Map<string, string>> {
  const rows = await commandJson<{ service: string; port: number }[]>('ps')
  const ports = JSON.parse(await readFile(join(system.home, 'ports.json'), 'utf8')) as Record<string, number>
  const urls = rows
    .filter(({ service }) => service !== 'postgres' && service !== 'gateway')
    .map(({ service, port }) => [service, `http://127.0.0.1:${port}/metrics`] as const)
  return new Map([...urls, ['gateway', `http://127.0.0.1:${ports['gateway.ADMIN_PORT']}/metrics`]])
}

// Debian has it in the package prometheus.
test.runIf(hasPromtool)('promtool has nothing to say against the metrics of any service', async () => {
  await place(await newCustomer())
  const urls = await metricsUrls()
  expect(urls.size).toBeGreaterThan(8)
  const problems: string[] = []
  for (const [service, url] of urls) {
    const body = await (await fetch(url)).text()
    expect(body).toContain('# TYPE process_cpu_seconds_total counter')
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' })
    if (status !== 0) problems.push(`${service}: ${stdout}${stderr}`)
  }
  expect(problems).toEqual([])
})
