import { serveEndpoints } from '@stoa/contract'
import type { Part } from '@stoa/kernel/part'
import { sagaEndpoints } from './endpoints.ts'
import { startSagaEngine, type SagaEngine, type SagaEngineOptions } from './engine.ts'
import { sagaOperator, type SagaOperator } from './operator.ts'

/** The part that drives the sagas of a service; it does nothing if the service declares none. */
export function sagaPart(options: SagaEngineOptions): Part {
  const { service } = options
  const isNeeded = Object.keys(service.sagas).length > 0
  const operator = sagaOperator(options)
  let engine: SagaEngine | undefined
  const operatorOf = () => engine ?? operator
  const shown = async (id: string, change: (sagas: SagaOperator) => Promise<void> | undefined) => {
    if (!isNeeded) return undefined
    await change(operatorOf())
    return operatorOf().show(id)
  }
  return {
    name: 'sagas',
    async start() {
      if (isNeeded) engine = await startSagaEngine(options)
    },
    stop: () => engine?.stop(),
    admin: serveEndpoints(sagaEndpoints, {
      listSagas: async ({ query }) => (isNeeded ? operatorOf().list(query) : { items: [] }),
      showSaga: ({ params: { id } }) => shown(id, () => undefined),
      retrySaga: ({ params: { id } }) => shown(id, (sagas) => sagas.retry(id)),
      compensateSaga: ({ params: { id } }) => shown(id, (sagas) => sagas.compensate(id)),
      skipSagaStep: ({ params: { id } }) => shown(id, (sagas) => sagas.skip(id)),
    }),
  }
}
