import { sales } from '@stoa/contracts/sales/service'
import { eventSourcingMigrations, makeProjections } from '@stoa/eventsourcing'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { revenueByChannel } from './projections/revenue-by-channel.ts'
import { revenue } from './projections/revenue.ts'
import { saleList } from './projections/sale-list.ts'
import { createSale, returnSale, voidSale } from './use-cases/change-sale.ts'
import { recordOrder, returnOrder, voidOrder } from './use-cases/follow-orders.ts'
import { getSale, listSaleHistory, listSales, personalData } from './use-cases/read-ledger.ts'
import { analyseRevenue, readRevenue } from './use-cases/read-revenue.ts'

/** The ledger of the sales of all channels: its table of contents. */
export const salesService = defineService(sales, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  migrationSets: [eventSourcingMigrations],
  deps: ({ clock, newId, database, makeTx, telemetry }): Deps => ({
    clock,
    newId,
    logger: telemetry.logger,
    database,
    makeTx,
    projections: makeProjections([saleList, revenueByChannel, revenue], { database, telemetry }),
  }),
  onStart: ({ database, makeTx, projections }) => database.transaction((tx) => projections.start(makeTx(tx))),
  admin: ({ makeTx, projections }) => projections.admin(makeTx),
  bind: (deps) => ({
    operations: {
      createSale: createSale(deps),
      voidSale: voidSale(deps),
      returnSale: returnSale(deps),
      listSales,
      readRevenue: readRevenue(deps),
      analyseRevenue: analyseRevenue(deps),
      getSale,
      listSaleHistory,
    },
    rpc: {},
    consumes: {
      orderConfirmed: recordOrder(deps),
      orderCancelled: voidOrder(deps),
      orderReturned: returnOrder(deps),
    },
    sagas: {},
    tasks: { 'run-projection': deps.projections.task },
    personalData,
  }),
})
