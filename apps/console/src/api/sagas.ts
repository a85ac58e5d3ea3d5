import { sagaEndpoints, SagaState, type SagaSummary } from '@stoa/saga/endpoints'
import type { OperatedService } from '@stoa/contracts/gateway/operating'
import { RestProblem } from '@stoa/rest'
import { fromEach, type FromServices } from './each-service.ts'
import { operate } from './operate.ts'
import { withSagas } from './system.ts'

/** A saga and the service that drives it. */
export interface PlacedSaga extends SagaSummary {
  readonly service: string
}

/** The states of sagas, as filters. */
export const sagaStates: readonly string[] = SagaState.enum

interface SagaFilter {
  readonly state?: string | undefined
  readonly service?: string | undefined
}

/** Lists the sagas of every service, newest first; 100 of each at most. */
export async function listSagas(
  services: readonly OperatedService[],
  { state, service }: SagaFilter,
  signal: AbortSignal,
): Promise<FromServices<PlacedSaga>> {
  const asked = withSagas(services).filter((each) => service === undefined || each.service === service)
  const query = { limit: 100, ...(isSagaState(state) ? { state } : {}) }
  const names = asked.map((each) => each.service)
  const { items, missing } = await fromEach(names, async (name) => {
    const page = await operate(name, sagaEndpoints.listSagas, { query, signal })
    return page.items.map((saga) => ({ ...saga, service: name }))
  })
  return { items: items.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt)), missing }
}

/** Reads a saga from the service whose contract declares its type. Returns null if no service declares it, or the saga does not exist. */
export async function findSaga(services: readonly OperatedService[], id: string, signal: AbortSignal) {
  const [type = ''] = id.split(':')
  const owner = services.find(({ sagas }) => sagas.includes(type))
  if (owner === undefined) return null
  try {
    return {
      ...(await operate(owner.service, sagaEndpoints.showSaga, { params: { id }, signal })),
      service: owner.service,
    }
  } catch (error) {
    if (error instanceof RestProblem && error.code === 'saga.not_found') return null
    throw error
  }
}

/** Reads all sagas of a subject, such as an order. */
export async function sagasOf(services: readonly OperatedService[], key: string, signal: AbortSignal) {
  const ids = withSagas(services).flatMap(({ sagas }) => sagas.map((type) => `${type}:${key}`))
  const found = await Promise.all(ids.map((id) => findSaga(services, id, signal)))
  return found.filter((saga) => saga !== null)
}

function isSagaState(state: string | undefined): state is SagaState {
  return state !== undefined && sagaStates.includes(state)
}
