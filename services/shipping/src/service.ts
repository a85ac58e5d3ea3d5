import { shipping } from '@stoa/contracts/shipping/service'
import { defineService } from '@stoa/service'
import { sandboxCarrier } from './carriers/sandbox.ts'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import {
  cancelShipment,
  cancelShipmentOfOrder,
  carrierDeliverTask,
  carrierDispatchTask,
  dispatchShipment,
  releaseShipment,
  releaseShipmentOfOrder,
  simulateShipment,
} from './use-cases/move-shipment.ts'
import { createShipment, createShipmentOfOrder } from './use-cases/plan-shipment.ts'
import {
  askRates,
  findMethods,
  getShipment,
  getTracking,
  listAllShipments,
  listReconciled,
  personalData,
} from './use-cases/read-shipments.ts'
import { purgeMessagesTask, receiveTracking } from './use-cases/receive-tracking.ts'

/** Shipments, tracking, delivery: its table of contents. */
export const shippingService = defineService(shipping, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, config: { carrierDaySeconds, sandboxCarrierSecret } }): Deps => {
    const sandbox = sandboxCarrier({ dayMs: carrierDaySeconds * 1_000, webhookSecret: sandboxCarrierSecret })
    return { clock, newId, carriers: new Map([[sandbox.name, sandbox]]) }
  },
  bind: (deps) => ({
    operations: {
      createShipment: createShipment(deps),
      listShipments: listAllShipments,
      getShipment,
      getTracking,
      cancelShipment: cancelShipment(deps),
      releaseShipment: releaseShipment(deps),
      dispatchShipment: dispatchShipment(deps),
      simulateShipment: simulateShipment(deps),
      askRates: askRates(deps),
      receiveTracking: receiveTracking(deps),
    },
    rpc: {
      createShipment: createShipmentOfOrder(deps),
      cancelShipment: cancelShipmentOfOrder(deps),
      release: releaseShipmentOfOrder(deps),
      listShipments: listReconciled,
      findMethods: findMethods(deps),
    },
    consumes: {},
    sagas: {},
    tasks: {
      'carrier-dispatch': carrierDispatchTask(deps),
      'carrier-deliver': carrierDeliverTask(deps),
      'purge-carrier-messages': purgeMessagesTask(deps),
    },
    personalData: personalData(deps),
  }),
})
