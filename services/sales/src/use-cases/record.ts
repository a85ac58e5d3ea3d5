import type { Tx } from '@stoa/contract'
import { saleCreated, saleReturned, saleVoided } from '@stoa/contracts/sales/events'
import type { SaleId } from '@stoa/contracts/sales/resources'
import type { SalesService } from '@stoa/contracts/sales/service'
import type { CommandRequest, Outcome } from '@stoa/eventsourcing'
import type { Deps } from '../deps.ts'
import type { SaleCommand, SaleRefusal } from '../domain/decide-sale.ts'
import { originOf, unitsOf, type SaleEvent, type SaleState } from '../domain/sale.ts'
import { ledger } from '../ledger.ts'

/** Executes a command, publishes what it has changed, and wakes the read models. */
export async function record(
  { projections }: Pick<Deps, 'projections'>,
  tx: Tx<SalesService>,
  request: CommandRequest<SaleCommand>,
): Promise<Outcome<SaleState, SaleEvent, SaleRefusal>> {
  const outcome = await ledger.execute(tx, request)
  if (outcome.kind !== 'done' || outcome.isRepeated || outcome.events.length === 0) return outcome
  for (const event of outcome.events) await publish(tx, request.id as SaleId, event)
  await projections.wake(tx)
  return outcome
}

async function publish(tx: Tx<SalesService>, saleId: SaleId, { type, data }: SaleEvent): Promise<void> {
  const origin = originOf(data)
  switch (type) {
    case 'sale-recorded':
      return tx.publish(saleCreated, saleId, { saleId, ...origin, total: data.total, lines: unitsOf(data.lines) })
    case 'sale-voided':
      return tx.publish(saleVoided, saleId, { saleId, ...origin, amount: data.amount })
    case 'goods-returned': {
      const { amount, lines, all } = data
      return tx.publish(saleReturned, saleId, { saleId, ...origin, amount, lines: [...lines], all })
    }
  }
}
