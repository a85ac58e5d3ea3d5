import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alertRulesOf } from '@stoa/system/alert-rules'
import { prometheusRules } from '@stoa/system/publish/prometheus-rules'
import { system as shop } from '@stoa/systems/shop'
import { afterAll, expect, test } from 'vitest'
import { storeOf, type WrittenSeries } from '../../control/monitoring/src/promql/test-series.ts'
import { decideTransitions, type ActiveAlert } from '../../control/monitoring/src/alerting/decide-transitions.ts'
import { findAlerts, type FoundAlert } from '../../control/monitoring/src/alerting/find-alerts.ts'
import { rulesOf } from '../../control/monitoring/src/alerting/rule-file.ts'

// The same cases for our evaluation of the made rules and for that of Prometheus, whose tests they are written like.

const folder = mkdtempSync(join(tmpdir(), 'stoa-alert-cases-'))
afterAll(() => rmSync(folder, { recursive: true }))

const groups = alertRulesOf(shop)
const rules = rulesOf({ groups })
const written = groups.flatMap((group) => group.rules)

const count = (job: string, status: string, values: string): WrittenSeries => ({
  series: `http_server_request_duration_seconds_count{job="${job}",http_response_status_code="${status}"}`,
  values,
})
const bucket = (job: string, le: string, values: string): WrittenSeries => ({
  series: `http_server_request_duration_seconds_bucket{job="${job}",http_route="/api/v1/x",le="${le}"}`,
  values,
})

interface Case {
  readonly name: string
  readonly series: readonly WrittenSeries[]
  readonly atMinutes: number
  /** The names of the alerts that are compared, with the labels of each that fires. */
  readonly alerts: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>
}

const ofService = (severity: string, service: string) => ({ severity, service })
const cases: readonly Case[] = [
  {
    name: 'a service whose requests fail, one within its budget, and one that is down for half an hour',
    series: [
      count('order', '200', '0+100x120'),
      count('order', '500', '0+10x120'),
      count('payment', '200', '0+10000x120'),
      count('payment', '500', '0+1x120'),
      { series: 'up{job="shipping"}', values: '1x59 0x60' },
    ],
    atMinutes: 90,
    alerts: {
      ErrorBudgetBurnFast: [ofService('page', 'order')],
      ErrorBudgetBurnSlow: [ofService('ticket', 'order')],
      AvailabilityBurnFast: [ofService('page', 'shipping')],
      AvailabilityBurnSlow: [ofService('ticket', 'shipping')],
      HighLatency: [],
    },
  },
  {
    name: 'a condition that has not held for long enough',
    series: [
      { series: 'up{job="shipping",instance="a"}', values: '1x60 0x3' },
      { series: 'event_dead_letters{job="order"}', values: '0x60 2x1' },
    ],
    atMinutes: 61,
    alerts: { AvailabilityBurnFast: [], DeadLetters: [] },
  },
  {
    name: 'errors that have ended: the short window resolves the alert',
    series: [count('order', '200', '0+100x120'), count('order', '500', '0+10x60 600x60')],
    atMinutes: 80,
    alerts: { ErrorBudgetBurnFast: [], ErrorBudgetBurnSlow: [ofService('ticket', 'order')] },
  },
  {
    name: 'a counter that was reset by a restart',
    series: [count('order', '200', '0+100x40 0+100x40'), count('order', '500', '0x40 0+1x40')],
    atMinutes: 75,
    alerts: { ErrorBudgetBurnFast: [], ErrorBudgetBurnSlow: [] },
  },
  {
    name: 'requests that are slow',
    series: [
      bucket('inventory', '0.05', '0+90x30'),
      bucket('inventory', '0.1', '0+90x30'),
      bucket('inventory', '0.25', '0+100x30'),
      bucket('inventory', '+Inf', '0+100x30'),
      bucket('pricing', '0.025', '0+100x30'),
      bucket('pricing', '+Inf', '0+100x30'),
    ],
    atMinutes: 25,
    alerts: { HighLatency: [ofService('ticket', 'inventory')] },
  },
  {
    name: 'work that stands still',
    series: [
      { series: 'saga_total{job="order",saga="fulfilment",state="stuck"}', values: '0x20 1x20' },
      { series: 'outbox_pending{job="order"}', values: '0x5 4x40' },
      { series: 'outbox_pending{job="user"}', values: '4x5 0x1 4x5 0x1 4x5 0x1 4x22' },
      { series: 'event_consumer_lag{job="search",topic="order.events",instance="a"}', values: '1500x40' },
      { series: 'event_consumer_lag{job="search",topic="user.events",instance="a"}', values: '500x40' },
      { series: 'event_dead_letters{job="billing",instance="a"}', values: '0x10 1x30' },
      { series: 'event_dead_letters{job="billing",instance="b"}', values: '0x40' },
      { series: 'circuit_breaker_state{job="order",callee="payment"}', values: '0x20 2x20' },
      { series: 'circuit_breaker_state{job="order",callee="pricing"}', values: '1x40' },
    ],
    atMinutes: 30,
    alerts: {
      SagaStuck: [{ severity: 'ticket', job: 'order', saga: 'fulfilment' }],
      OutboxStuck: [{ severity: 'ticket', job: 'order' }],
      ConsumerLag: [{ severity: 'ticket', job: 'search', topic: 'order.events' }],
      DeadLetters: [{ severity: 'ticket', job: 'billing' }],
      CircuitBreakerOpen: [{ severity: 'ticket', job: 'order', callee: 'payment' }],
    },
  },
  {
    name: 'an outbox that is emptied now and then, and series that ended',
    series: [
      { series: 'outbox_pending{job="user"}', values: '4x5 0x1 4x5 0x1 4x5 0x1 4x4' },
      { series: 'event_dead_letters{job="billing",instance="a"}', values: '1x10 _x20' },
    ],
    atMinutes: 22,
    alerts: { OutboxStuck: [], DeadLetters: [] },
  },
]

/** The alerts that fire at a time, when the rules are evaluated each minute until then. */
function firing({ series, atMinutes }: Case): FoundAlert[] {
  let active: ActiveAlert[] = []
  let last: readonly FoundAlert[] = []
  storeOf(series, 60_000, (store, atMs) => {
    if (atMs > atMinutes * 60_000) return
    const { found, failed } = findAlerts(rules, store, atMs)
    expect(failed.size).toBe(0)
    const { begun, fired, resolved, ended } = decideTransitions(active, found, new Set(), atMs)
    const over = new Set([...resolved, ...ended])
    const firedIds = new Set(fired.map(({ id }) => id))
    active = [
      ...active
        .filter(({ id }) => !over.has(id))
        .map((each) => (firedIds.has(each.id) ? { ...each, state: 'firing' as const } : each)),
      ...begun.map(({ alert: { fingerprint, rule, value } }) => ({
        id: `${fingerprint} ${atMs}`,
        fingerprint,
        name: rule.name,
        state: 'pending' as const,
        activeAtMs: atMs,
        value,
      })),
    ]
    last = found
  })
  return last.filter(({ fingerprint }) =>
    active.some((each) => each.fingerprint === fingerprint && each.state === 'firing'),
  )
}

test.each(cases)('our evaluation: $name', (each) => {
  const found = firing(each)
  for (const [name, expected] of Object.entries(each.alerts)) {
    const labels = found
      .filter(({ rule }) => rule.name === name)
      .map(({ labels: { alertname: _name, ...rest } }) => rest)
    expect(labels, name).toEqual(expect.arrayContaining([...expected]))
    expect(labels, name).toHaveLength(expected.length)
  }
})

// Debian has it in the package prometheus.
const hasPromtool = spawnSync('promtool', ['--version']).status === 0

test.runIf(hasPromtool).each(cases)('that of Prometheus: $name', ({ series, atMinutes, alerts }) => {
  writeFileSync(join(folder, 'rules.yaml'), prometheusRules(shop).text)
  const alert_rule_test = Object.entries(alerts).map(([alertname, expected]) => ({
    eval_time: `${atMinutes}m`,
    alertname,
    exp_alerts: expected.map((exp_labels) => ({ exp_labels, exp_annotations: annotationsOf(alertname, exp_labels) })),
  }))
  const tests = {
    rule_files: ['rules.yaml'],
    evaluation_interval: '1m',
    tests: [{ interval: '1m', input_series: series, alert_rule_test }],
  }
  writeFileSync(join(folder, 'tests.yaml'), JSON.stringify(tests)) // JSON is YAML
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'tests.yaml'], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')])
})

function annotationsOf(name: string, labels: Readonly<Record<string, string>>) {
  const rule = written.find(
    ({ alert, labels: own }) => alert === name && (own.service === undefined || own.service === labels['service']),
  )
  if (rule === undefined) throw new Error(`there is no rule ${name}`)
  const summary = rule.annotations.summary.replace('{{ $labels.job }}', labels['job'] ?? '')
  return { ...rule.annotations, summary }
}
