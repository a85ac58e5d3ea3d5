import { databaseOf, growOrders, growProducts } from '../bulk-rows.ts'
import { rounded, type Bench, type BenchOptions, type Figure } from '../figure.ts'
import { measureLoad, type Measured } from '../load.ts'
import { familyOf } from '../process-tree.ts'
import { makeShopper, type Shopper } from '../shopper.ts'
import { machineSettings, makeSystem, type RunningProcess, type SystemUnderTest } from '../system-under-test.ts'

const concurrency = 32

/** What is read most: products, accounts, orders; straight from the service and through the gateway, and as they grow. */
export const catalogue: Bench = {
  name: 'catalogue',
  summary:
    'products listed, read and searched per second with 32 concurrent clients, at the service and the gateway, with 1, 10 and 100 times the rows',
  async run(options) {
    const system = await makeSystem({ LOG_LEVEL: 'warn', TRACE_SAMPLE_RATIO: '0.1' })
    try {
      await system.start()
      const bench = await prepare(system, options)
      const figures = [...(await products(bench)), ...(await users(bench)), ...(await orders(bench))]
      await system.stop()
      return figures
    } finally {
      await system.remove()
    }
  },
}

interface Prepared extends BenchOptions {
  readonly system: SystemUnderTest
  readonly processes: readonly RunningProcess[]
  readonly pids: readonly number[]
  readonly shopper: Shopper
  readonly staff: string
}

async function prepare(system: SystemUnderTest, options: BenchOptions): Promise<Prepared> {
  const processes = await system.processes()
  const pids = await familyOf(processes.map(({ pid }) => pid))
  const shopper = await makeShopper(system.gatewayUrl)
  const staff = `Bearer ${(await system.stoa('token', '--user', 'staff@stoa.example')).trim()}`
  return { ...options, system, processes, pids, shopper, staff }
}

function processOf({ processes }: Prepared, service: string): RunningProcess {
  const found = processes.find((each) => each.service === service)
  if (found === undefined) throw new Error(`there is no ${service}`)
  return found
}

async function products(bench: Prepared): Promise<Figure[]> {
  const { isSmoke, note } = bench
  const figures: Figure[] = []
  const inventory = processOf(bench, 'inventory')
  const database = await databaseOf(inventory.pid)
  const [seeded] = await database.read.sql<{ count: number }>`select count(*) as count from products`
  const count = seeded?.count ?? 0
  for (const times of isSmoke ? [1] : [1, 10, 100]) {
    await growProducts(database, count * times)
    await rebuild(bench)
    const rows = await database.read.sql<{ product_id: string; searched: string }>`
      select product_id, searched from product_views where status = 'active' order by md5(product_id::text) limit 2000`
    const words = [...new Set(rows.flatMap(({ searched }) => searched.split(' ')))].filter((word) => word.length > 3)
    const asked = {
      'list of 20': ['newest', 'name', 'price'].map((sort) => `/api/v1/products?limit=20&sort=${sort}`),
      detail: rows.map(({ product_id: id }) => `/api/v1/products/${id}`),
      search: words.slice(0, 500).map((word) => `/api/v1/products/search?q=${encodeURIComponent(word)}`),
    }
    for (const [what, paths] of Object.entries(asked)) {
      const at = `${count * times} products`
      note(`${what}, ${at}`)
      figures.push(...(await ask(bench, `${what}, service, ${at}`, inventory.port, paths)))
      const gateway = processOf(bench, 'gateway').port
      if (times === 1) figures.push(...(await ask(bench, `${what}, gateway, ${at}`, gateway, paths)))
    }
  }
  await database.close()
  return figures
}

/** Makes the read model again, as rows were put under it. */
async function rebuild({ system, staff, note }: Prepared): Promise<void> {
  const url = `${system.gatewayUrl}/api/v1/inventory/read-model`
  const read = async () => {
    const response = await fetch(url, { headers: { authorization: staff } })
    return (await response.json()) as { readonly builtAt?: string }
  }
  const before = await read()
  const startedAt = performance.now()
  await fetch(`${url}/rebuild`, { method: 'POST', headers: { authorization: staff } })
  while ((await read()).builtAt === before.builtAt) await new Promise((resolve) => setTimeout(resolve, 50))
  note(`the read model was rebuilt in ${Math.round(performance.now() - startedAt)} ms`)
}

async function users(bench: Prepared): Promise<Figure[]> {
  const { shopper, note } = bench
  note('user by id')
  const headers = { authorization: shopper.authorization }
  return ask(bench, 'user by id, service', processOf(bench, 'user').port, [`/api/v1/users/${shopper.userId}`], headers)
}

async function orders(bench: Prepared): Promise<Figure[]> {
  const { shopper, staff, isSmoke, note } = bench
  const { pid, port } = processOf(bench, 'order')
  const { id } = await shopper.placeOrder()
  const database = await databaseOf(pid)
  const figures: Figure[] = []
  for (const count of isSmoke ? [100] : [1_000, 10_000, 100_000]) {
    await growOrders(database, id, count)
    const rows = await database.read.sql<{ id: string }>`
      select id from orders where customer_id = ${shopper.userId} order by md5(id::text) limit 1000`
    const own = { authorization: shopper.authorization }
    const asked = [
      ['order list of 20', ['/api/v1/orders?limit=20'], { authorization: staff }],
      ['user’s orders, 20', [`/api/v1/users/${shopper.userId}/orders?limit=20`], own],
      ['order by id', rows.map((row) => `/api/v1/orders/${row.id}`), own],
    ] as const
    for (const [what, paths, headers] of asked) {
      note(`${what}, ${count} orders`)
      figures.push(...(await ask(bench, `${what}, service, ${count} orders`, port, paths, headers)))
    }
  }
  await database.close()
  return figures
}

async function ask(
  { isSmoke, pids }: Prepared,
  metric: string,
  port: number,
  paths: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Figure[]> {
  // code that runs for the first time is not what is measured
  if (!isSmoke) await measureLoad({ port, paths, headers, connections: concurrency, runs: 1, runMs: 1_500, pids })
  const runs = isSmoke ? 1 : 5
  const runMs = isSmoke ? 200 : 1_500
  const measured = await measureLoad({ port, paths, headers, connections: concurrency, runs, runMs, pids })
  const settings = { ...machineSettings(), concurrency, runs, runMs, sampling: 0.1, client: 'own process' }
  const figure = (what: keyof Measured, unit: string): Figure => ({
    bench: 'catalogue',
    metric,
    ours: rounded(measured[what]),
    unit,
    settings,
  })
  const atLeast = targetOf(metric)
  const rate = { ...figure('perSecond', '/s'), ...(atLeast === undefined || isSmoke ? {} : { target: { atLeast } }) }
  return [rate, figure('p99Ms', 'ms p99'), figure('cpuMs', 'ms CPU')]
}

/** Answers a second that are promised with as many products as are seeded. */
function targetOf(metric: string): number | undefined {
  if (metric.startsWith('user by id')) return 5_000
  if (!/ 2\d\d products$/.test(metric)) return undefined
  return metric.includes(', gateway') ? 8_000 : 2_000
}
