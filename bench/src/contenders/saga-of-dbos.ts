import { createRequire } from 'node:module'
import { join } from 'node:path'
import { serve } from './serve.ts'

// The same steps as in saga-of-stoa.ts, as a workflow of DBOS: it has no compensations, so the workflow calls them.

const [url = '', folder = '', poolSize = ''] = process.argv.slice(2)

interface Handle {
  readonly getResult: () => Promise<unknown>
}

/** What this uses of DBOS Transact, which is installed beside the repository. */
interface Dbos {
  setConfig(config: object): void
  launch(): Promise<void>
  shutdown(): Promise<void>
  registerWorkflow<Args extends unknown[]>(
    run: (...args: Args) => Promise<unknown>,
    config: { readonly name: string },
  ): (...args: Args) => Promise<unknown>
  startWorkflow<Args extends unknown[]>(
    run: (...args: Args) => Promise<unknown>,
    params: { readonly workflowID: string },
  ): (...args: Args) => Promise<Handle>
  runStep<Result>(run: () => Promise<Result>, config: { readonly name: string }): Promise<Result>
}

const { DBOS: dbos } = createRequire(join(folder, 'package.json'))('@dbos-inc/dbos-sdk') as { readonly DBOS: Dbos }

interface Input {
  readonly orderId: string
  readonly isRefused: boolean
}

async function purchase({ isRefused }: Input): Promise<string> {
  await dbos.runStep(async () => ({ reserved: 2 }), { name: 'reserve' })
  await dbos.runStep(async () => ({ amount: 1_999 }), { name: 'pay' })
  try {
    await dbos.runStep(() => ship(isRefused), { name: 'ship' })
  } catch {
    await dbos.runStep(async () => {}, { name: 'refund' })
    await dbos.runStep(async () => {}, { name: 'release' })
    return 'compensated'
  }
  await dbos.runStep(async () => ({ status: 'confirmed' }), { name: 'confirm' })
  return 'completed'
}

async function ship(isRefused: boolean) {
  if (isRefused) throw new Error('shipping.refused')
  return { carrier: 'post' }
}

dbos.setConfig({
  name: 'bench',
  systemDatabaseUrl: url,
  systemDatabasePoolSize: Number(poolSize),
  logLevel: 'error',
  tracingEnabled: false,
})
const workflow = dbos.registerWorkflow(purchase, { name: 'purchase' })
await dbos.launch()

async function run(kind: string): Promise<void> {
  const orderId = crypto.randomUUID()
  const handle = await dbos.startWorkflow(workflow, { workflowID: orderId })({
    orderId,
    isRefused: kind === 'compensated',
  })
  const result = await handle.getResult()
  if (result !== kind) throw new Error(`the workflow is ${String(result)}, not ${kind}`)
}

serve(run, () => dbos.shutdown())
