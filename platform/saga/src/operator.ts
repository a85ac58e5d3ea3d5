import { listSagas } from './list-sagas.ts'
import type { LiveSaga } from './live-saga.ts'
import { compensateSaga, retrySaga, skipStep, type OperatorOptions } from './operate.ts'
import type { SagaDetails, SagaPage } from './endpoints.ts'
import { showSaga, type SagaQuery } from './read-sagas.ts'

/** What operators do with the sagas of a service; it works in every process of the service, also in one that drives none. */
export interface SagaOperator {
  /** Lists sagas, newest first. @throws AppError `request.invalid` for an invalid cursor */
  readonly list: (query?: SagaQuery) => Promise<SagaPage>
  /** @throws AppError `saga.not_found` */
  readonly show: (id: string) => Promise<SagaDetails>
  /** Retries the part at which a stuck saga failed. @throws AppError `saga.not_found`, `saga.not_stuck` */
  readonly retry: (id: string) => Promise<void>
  /** Compensates a saga before its pivot. @throws AppError `saga.not_found`, `saga.past_pivot`, `saga.ended` */
  readonly compensate: (id: string) => Promise<void>
  /**
   * Skips the part at which a stuck saga failed (an action, its `then`, a compensation, the final hook) and continues.
   * @throws AppError `saga.not_found`, `saga.not_stuck`
   */
  readonly skip: (id: string) => Promise<void>
}

/** Makes the operator of a service; `liveOf` finds a saga that this process drives. */
export function sagaOperator(
  { service, database }: OperatorOptions,
  liveOf: (id: string) => LiveSaga | undefined = () => undefined,
): SagaOperator {
  const options = { service, database }
  return {
    list: (query = {}) => listSagas(database.read, query),
    show: (id) => showSaga(database.read, id, liveOf(id)),
    retry: (id) => retrySaga(options, id),
    compensate: (id) => compensateSaga(options, id),
    skip: (id) => skipStep(options, id),
  }
}
