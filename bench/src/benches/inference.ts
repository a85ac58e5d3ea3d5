import { randomUUID } from 'node:crypto'
import { generatePayments } from '@stoa/inference/domain/fraud-data'
import { measureFraud, trainFraud } from '@stoa/inference/domain/train-fraud'
import { readBaskets, generateBaskets, type DatedBasket } from '../baskets.ts'
import { databaseOf } from '../bulk-rows.ts'
import { quantile, rounded, type Bench, type BenchOptions, type Figure } from '../figure.ts'
import { hitRates, learnFrom, type Learnt } from '../hit-rates.ts'
import { measureLoad } from '../load.ts'
import { machineSettings, makeSystem } from '../system-under-test.ts'

/** How good the recommendations and the fraud score are, and how long they take. */
export const inference: Bench = {
  name: 'inference',
  summary:
    'hit rate at 10 on held-out baskets (of --data FILE, the Online Retail data set) against popularity, AUC and calibration of the fraud score, latency',
  async run(options) {
    const { data, isSmoke, note } = options
    const baskets = data === undefined ? generateBaskets(isSmoke ? 400 : 4_000) : await readBaskets(data)
    const source = data === undefined ? 'generated' : 'file'
    note(`${baskets.length} baskets`)
    const train = baskets.slice(0, Math.floor(baskets.length * 0.8))
    const learnt = learnFrom(train)
    return [
      ...recommended(learnt, baskets.slice(train.length), { source, train: train.length }),
      ...fraud(isSmoke ? 2_000 : 20_000),
      ...(await latency(learnt, options)),
    ]
  },
}

function recommended(
  learnt: Learnt,
  held: readonly DatedBasket[],
  settings: Readonly<Record<string, string | number>>,
): Figure[] {
  const { tested, ours, popularity } = hitRates(learnt, held)
  const figure = {
    bench: 'inference',
    metric: 'hit rate at 10, held-out baskets',
    ours: rounded(ours),
    unit: '',
    peer: 'popularity',
    peerValue: rounded(popularity),
    ratio: rounded(ours / popularity),
    target: { ratioAtLeast: 2 },
    settings: { ...settings, tested, pairs: learnt.pairs.size },
  }
  return [figure]
}

function fraud(count: number): Figure[] {
  const { weights } = trainFraud({ count })
  const metrics = measureFraud(weights, generatePayments(count, 77))
  const settings = { count }
  const figure = (metric: string, ours: number) => ({
    bench: 'inference',
    metric,
    ours: rounded(ours),
    unit: '',
    settings,
  })
  return [
    { ...figure('fraud score, area under the curve', metrics.areaUnderCurve), target: { atLeast: 0.85 } },
    figure('fraud score, best possible area', metrics.bestAreaUnderCurve),
    { ...figure('fraud score, calibration error', metrics.calibrationError), target: { atMost: 0.01 } },
  ]
}

async function latency({ items, pairs }: Learnt, { isSmoke }: BenchOptions): Promise<Figure[]> {
  const system = await makeSystem({ LOG_LEVEL: 'warn', TRACE_SAMPLE_RATIO: '0.1' })
  try {
    await system.start('--only', 'inference,auth,user,gateway')
    const process = (await system.processes()).find(({ service }) => service === 'inference')
    if (process === undefined) throw new Error('there is no inference')
    const { pid, port } = process
    const ids = new Map([...items.keys()].map((sku) => [sku, randomUUID()]))
    const database = await databaseOf(pid)
    await database.transaction(async (tx) => {
      await tx.sql`insert into products (product_id, version, name, category, status)
        select id, 1, 'Product', 'bench', 'active' from unnest(${[...ids.values()]}::uuid[]) as given (id)`
      await tx.sql`insert into product_skus (product_id, sku)
        select * from unnest(${[...ids.values()]}::uuid[], ${[...ids.keys()]}::text[])`
      await tx.sql`insert into item_weights (sku, weight, orders)
        select sku, weight, 2 from unnest(${[...items.keys()]}::text[], ${[...items.values()]}::float8[]) as given (sku, weight)`
      const both = [...pairs.values()].flatMap((pair) => [pair, { ...pair, sku: pair.otherSku, otherSku: pair.sku }])
      await tx.sql`insert into pair_weights (sku, other_sku, weight, orders)
        select * from unnest(${both.map(({ sku }) => sku)}::text[], ${both.map(({ otherSku }) => otherSku)}::text[],
                             ${both.map(({ weight }) => weight)}::float8[], ${both.map(({ orders }) => orders)}::bigint[])`
    })
    await database.close()
    const paths = [...ids.values()].slice(0, 500).map((id) => `/api/v1/recommendations?productId=${id}`)
    const runs = isSmoke ? 1 : 3
    const measured = await measureLoad({ port, paths, connections: 4, runs, runMs: isSmoke ? 200 : 3_000, pids: [pid] })
    const token = (await system.stoa('token', '--user', 'staff@stoa.example')).trim()
    const scored = await timesOf(port, token, isSmoke ? 20 : 1_000)
    const settings = { ...machineSettings(), items: items.size, pairs: pairs.size }
    const figure = (metric: string, ours: number) => ({
      bench: 'inference',
      metric,
      ours: rounded(ours),
      unit: 'ms',
      settings,
    })
    const goal = isSmoke ? {} : { target: { atMost: 100 } }
    await system.stop()
    return [
      figure('recommendations of a product, p50', measured.p50Ms),
      { ...figure('recommendations of a product, p99', measured.p99Ms), ...goal },
      figure('fraud-score:predict, p50', quantile(scored, 0.5)),
      { ...figure('fraud-score:predict, p99', quantile(scored, 0.99)), ...goal },
    ]
  } finally {
    await system.remove()
  }
}

/** Milliseconds of requests one after the other. */
async function timesOf(port: number, token: string, count: number): Promise<number[]> {
  const inputs = [{ amountRatio: 0.2, countryMismatch: true, paymentsLastHour: 3 }]
  const times: number[] = []
  for (let request = 0; request < count; request++) {
    const startedAt = performance.now()
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/inference/fraud-score:predict`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ inputs }),
    })
    await response.arrayBuffer()
    if (response.status !== 200) throw new Error(`a prediction was answered with ${response.status}`)
    times.push(performance.now() - startedAt)
  }
  return times
}
