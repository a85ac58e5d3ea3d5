import { makeAggregateStore, type StoredTypes } from '@stoa/eventsourcing'
import { decideSale, type SaleCommand, type SaleRefusal } from './domain/decide-sale.ts'
import { evolveSale, type SaleEvent, type SaleState } from './domain/sale.ts'

/** A sale as a decider. */
export const saleDecider = {
  initial: undefined as SaleState,
  decide: decideSale,
  evolve: evolveSale,
}

/** How the events of a sale are stored. */
export const saleTypes: StoredTypes<SaleEvent> = { 'sale-recorded': {}, 'sale-voided': {}, 'goods-returned': {} }

/** The ledger: the streams of all sales. A sale has few events, so it needs no snapshots. */
export const ledger = makeAggregateStore<SaleState, SaleCommand, SaleEvent, SaleRefusal>({
  category: 'sale',
  decider: saleDecider,
  types: saleTypes,
})

/** The source of the read models. */
export const saleSource = { category: ledger.category, types: saleTypes }
