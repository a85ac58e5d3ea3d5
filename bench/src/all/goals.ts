import type { Figure } from '../figure.ts'

/** A published figure: what it must be, and the figure of a bench that shows it, or the reason why no bench does. */
export type Goal = MeasuredGoal | UnmeasuredGoal

/** A goal that a bench measures. */
export interface MeasuredGoal {
  readonly what: string
  /** The peer of a ratio. */
  readonly peer?: string
  readonly target: NonNullable<Figure['target']>
  readonly bench: string
  readonly metric: string | RegExp
  readonly unit: string
}

/** A goal that no bench measures. */
export interface UnmeasuredGoal {
  readonly what: string
  /** The target as text. */
  readonly target: string
  readonly reason: string
}

const sagas = (concurrency: number, ratioAtLeast: number): Goal => ({
  what: `durable sagas against DBOS, ${concurrency} at once`,
  peer: 'DBOS',
  target: { ratioAtLeast },
  bench: 'saga',
  metric: `sagas, completed, ${concurrency} at once, empty`,
  unit: '/s',
})

const appends = (peer: string): Goal => ({
  what: `event log against ${peer}, batched append, 64 at once`,
  peer,
  target: { ratioAtLeast: 3 },
  bench: 'events',
  metric: 'events: append, 64 at once',
  unit: '/s',
})

const reads = (what: string, metric: RegExp, atLeast: number): Goal => ({
  what,
  target: { atLeast },
  bench: 'catalogue',
  metric,
  unit: '/s',
})

const starts = (what: string, metric: string, unit: string, atMost: number): Goal => ({
  what,
  target: { atMost },
  bench: 'start',
  metric,
  unit,
})

const noGateway = 'no bench runs the gateway alone'

/** The performance goals, in the order of the table. */
export const goals: readonly Goal[] = [
  sagas(1, 4),
  sagas(16, 20),
  sagas(64, 60),
  {
    what: 'durable sagas, p99 at 64 at once',
    target: { atMost: 15 },
    bench: 'saga',
    metric: 'latency p99, completed, 64 at once, empty',
    unit: 'ms',
  },
  { what: 'durable sagas against Restate, 64 at once', target: 'at least 30×', reason: 'no bench runs Restate' },
  {
    what: 'takeover of a saga after a kill; of a hung worker',
    target: 'at most 1 s; lease + 1 s',
    reason: 'no bench; npm run chaos checks takeovers',
  },
  appends('RabbitMQ'),
  appends('NATS JetStream'),
  {
    what: 'change to effect, 64 at once',
    target: { atLeast: 7_000 },
    bench: 'events',
    metric: 'events: change to effect, 64 at once',
    unit: '/s',
  },
  {
    what: 'change to effect, p99 at 64 at once',
    target: { atMost: 40 },
    bench: 'events',
    metric: 'p99: change to effect, 64 at once',
    unit: 'ms',
  },
  {
    what: 'checkout, CPU on the path of the order, 32 at once',
    target: { atMost: 15 },
    bench: 'checkout',
    metric: 'CPU on the path of the order, 32 concurrent',
    unit: 'ms/order',
  },
  { what: 'checkout, orders per second against Vendure', target: 'at least 10×', reason: 'no bench runs Vendure' },
  reads('catalogue, list of 20, service', /^list of 20, service, 2\d\d products$/, 2_000),
  reads('catalogue, detail, service', /^detail, service, 2\d\d products$/, 2_000),
  reads('catalogue, search, service', /^search, service, 2\d\d products$/, 2_000),
  reads('catalogue, list of 20, cache of the gateway', /^list of 20, gateway, 2\d\d products$/, 8_000),
  reads('catalogue, detail, cache of the gateway', /^detail, gateway, 2\d\d products$/, 8_000),
  reads('catalogue, search, cache of the gateway', /^search, gateway, 2\d\d products$/, 8_000),
  reads('user by id', /^user by id, service$/, 5_000),
  {
    what: 'orders accepted, without waiting for their outcome',
    target: 'at least 500 /s',
    reason: 'checkout counts confirmed orders',
  },
  {
    what: 'order creation p95; end to end, at half load',
    target: 'below 200 ms; 500 ms',
    reason: 'checkout has no run at half load',
  },
  { what: 'gateway, requests per second', target: 'at least 10,000 /s', reason: noGateway },
  { what: 'gateway, bare, against nginx', target: 'at least 0.95×', reason: noGateway },
  { what: 'gateway, bare, against fast-gateway and @fastify/http-proxy', target: 'at least 4×', reason: noGateway },
  { what: 'gateway, everything on, against nginx', target: 'at least 0.85×', reason: noGateway },
  { what: 'gateway, everything on, against HAProxy', target: 'at least 2×', reason: noGateway },
  {
    what: 'gateway, added latency against nginx; memory of a worker',
    target: 'within 1.3×; at most 130 MB',
    reason: noGateway,
  },
  starts('all services ready, warm start', 'warm start', 's', 8),
  starts('all services ready, warm start, packed', 'warm start, packed', 's', 3),
  starts('idle memory', 'idle memory', 'MB PSS', 1_500),
  starts('idle memory, packed', 'idle memory, packed', 'MB PSS', 600),
]
