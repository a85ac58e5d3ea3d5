import type { BatchConsumer } from '@stoa/contract'
import type { EtlService } from '@stoa/contracts/etl/service'
import { keptData } from '../domain/kept-fields.ts'
import { stageEvents as store } from '../store/staged-events.ts'

/** Stages events for the lake, in the transaction that moves the position behind them. */
export const stageEvents: BatchConsumer<EtlService, 'events'> = {
  async apply(events, tx) {
    await store(
      tx,
      events.map(({ id, type, subject, time, data }) => ({
        id,
        type,
        subject,
        happenedAt: Temporal.Instant.from(time),
        data: JSON.stringify(keptData(type, data)),
      })),
    )
  },
}
