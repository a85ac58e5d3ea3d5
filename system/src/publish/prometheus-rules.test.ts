import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { system as shop } from '@stoa/systems/shop'
import { afterAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { root } from '../root.ts'
import { observabilityFolder, prometheusRules } from './prometheus-rules.ts'

const { text } = prometheusRules(shop)
const { groups } = parse(text) as { groups: { name: string; rules: Record<string, any>[] }[] }
const rules = groups.flatMap((group) => group.rules)
const folder = mkdtempSync(join(tmpdir(), 'stoa-rules-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('every service has the alerts of its service level, with the limits of its contract', () => {
  for (const { name, contract } of shop.services) {
    const own = rules.filter(({ labels }) => labels.service === name)
    expect(
      own.map(({ alert }) => alert),
      name,
    ).toEqual(
      contract === undefined
        ? []
        : ['ErrorBudgetBurnFast', 'ErrorBudgetBurnSlow', 'AvailabilityBurnFast', 'AvailabilityBurnSlow', 'HighLatency'],
    )
  }
  const [fast] = rules.filter(({ alert, labels }) => alert === 'ErrorBudgetBurnFast' && labels.service === 'order')
  // 0.5 % of the requests may fail
  expect(fast?.['expr'].match(/> 0\.072\b/g)).toHaveLength(2)
})

test('neither streams nor writes that wait for an outcome count for latency', () => {
  const exprOf = (service: string) =>
    rules.find(({ alert, labels }) => alert === 'HighLatency' && labels.service === service)?.['expr']
  expect(exprOf('registry')).toContain('http_route!~"/api/services/watch|/api/routes/watch"')
  expect(exprOf('order')).toContain('/api/v1/orders')
  expect(exprOf('billing')).not.toContain('http_route')
})

test('the runbook of each alert has a section', () => {
  const headings = readFileSync(join(root, 'docs/runbooks/alerts.md'), 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith('## ') ? [line.slice(3).toLowerCase().replaceAll(' ', '-')] : []))
  const wanted = new Set(rules.map(({ annotations }) => annotations.runbook.split('#')[1]))
  expect([...wanted].filter((section) => !headings.includes(section))).toEqual([])
})

// Debian has it in the package prometheus.
const hasPromtool = spawnSync('promtool', ['--version']).status === 0

function promtool(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' })
  return { status, said: stdout + stderr }
}

test.runIf(hasPromtool)('promtool accepts the rules', () => {
  const { status, said } = promtool('check', 'rules', join(root, observabilityFolder, 'rules.yaml'))
  expect([status, said]).toEqual([0, expect.stringContaining(`SUCCESS: ${rules.length} rules found`)])
})

test.runIf(hasPromtool)('a service whose requests fail raises the fast alert, and one within its budget none', () => {
  writeFileSync(join(folder, 'rules.yaml'), text)
  const count = (job: string, status: string, values: string) => ({
    series: `http_server_request_duration_seconds_count{job="${job}",http_response_status_code="${status}"}`,
    values,
  })
  // 10 of 110 requests fail, 1 of 1,001
  const input_series = [
    count('order', '200', '0+100x120'),
    count('order', '500', '0+10x120'),
    count('payment', '200', '0+10000x120'),
    count('payment', '500', '0+1x120'),
    { series: 'up{job="shipping"}', values: '1x59 0x60' },
  ]
  const firing = (alertname: string, service: string) => {
    const found = rules.find(({ alert, labels }) => alert === alertname && labels.service === service)
    return { exp_labels: found?.['labels'], exp_annotations: found?.['annotations'] }
  }
  const at = (alertname: string, exp_alerts: object[]) => ({ eval_time: '90m', alertname, exp_alerts })
  const alert_rule_test = [
    at('ErrorBudgetBurnFast', [firing('ErrorBudgetBurnFast', 'order')]),
    at('AvailabilityBurnFast', [firing('AvailabilityBurnFast', 'shipping')]),
    at('HighLatency', []),
  ]
  const tests = {
    rule_files: ['rules.yaml'],
    evaluation_interval: '1m',
    tests: [{ interval: '1m', input_series, alert_rule_test }],
  }
  writeFileSync(join(folder, 'tests.yaml'), stringify(tests))
  expect(promtool('test', 'rules', 'tests.yaml')).toMatchObject({ status: 0, said: expect.stringContaining('SUCCESS') })
})
