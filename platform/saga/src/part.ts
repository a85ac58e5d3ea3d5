import { choiceOf, limitOf, textOf, unknownPath, type AdminRequest, type Area } from '@stoa/kernel/admin'
import type { Part } from '@stoa/kernel/part'
import { startSagaEngine, type SagaEngine, type SagaEngineOptions } from './engine.ts'
import type { SagaState } from './journal.ts'
import { sagaOperator, type SagaOperator } from './operator.ts'

const states: Readonly<Record<SagaState, true>> = {
  running: true,
  waiting: true,
  compensating: true,
  stuck: true,
  completed: true,
  compensated: true,
}

/** The part that drives the sagas of a service; it does nothing if the service declares none. */
export function sagaPart(options: SagaEngineOptions): Part {
  const { service } = options
  const isNeeded = Object.keys(service.sagas).length > 0
  const operator = sagaOperator(options)
  let engine: SagaEngine | undefined
  return {
    name: 'sagas',
    async start() {
      if (isNeeded) engine = await startSagaEngine(options)
    },
    stop: () => engine?.stop(),
    admin: { sagas: isNeeded ? sagasArea(() => engine ?? operator) : emptyArea },
  }
}

/** `/admin/sagas`: lists, shows, retries, compensates and skips. */
function sagasArea(operatorOf: () => SagaOperator): Area {
  return async (request) => {
    const { method, path } = request
    const sagas = operatorOf()
    const [id, action] = path
    if (method === 'GET' && id === undefined) return sagas.list(queryOf(request))
    if (id === undefined) throw unknownPath()
    if (method === 'GET' && action === undefined) return sagas.show(id)
    if (method === 'POST' && action === 'retry') await sagas.retry(id)
    else if (method === 'POST' && action === 'compensate') await sagas.compensate(id)
    else if (method === 'POST' && action === 'skip') await sagas.skip(id)
    else throw unknownPath()
    return sagas.show(id)
  }
}

/** The area of a service without sagas. */
async function emptyArea(request: AdminRequest): Promise<unknown> {
  if (request.method !== 'GET' || request.path.length > 0) throw unknownPath()
  queryOf(request)
  return { items: [] }
}

function queryOf({ query }: AdminRequest) {
  return {
    limit: limitOf(query),
    state: choiceOf(query, 'state', states),
    type: textOf(query, 'type'),
    cursor: textOf(query, 'cursor'),
  }
}
